"""Tests of the whole system through HTTP. pytest rewrites the steps' assertions too, so that failures are detailed."""

import pytest

pytest.register_assert_rewrite("tests.e2e.steps")
