"""Tests of the pages in a browser. pytest rewrites the assertions of the modules beside the tests too."""

import pytest

pytest.register_assert_rewrite("tests.browser.reader", "tests.browser.steps")
