"""The recorded cases, as tests."""

import pytest

from tests.conformance.__main__ import default_files, read_cases
from tests.conformance.replay import Case, replay

CORE = [case for file in default_files() for case in read_cases(file) if case["tier"] == "core"]


@pytest.mark.parametrize("case", CORE, ids=[f"{case['format']}-{case['id']}" for case in CORE])
def test_the_runtime_behaves_as_recorded(case: Case) -> None:
    assert replay(case).problems == []
