"""The whole system through HTTP. Its steps assert as tests do, and say as much when they fail."""

import pytest

pytest.register_assert_rewrite("tests.e2e.steps")
