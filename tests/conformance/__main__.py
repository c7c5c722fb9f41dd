"""`python -m tests.conformance [file...]`: replay cases and count."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from tests.conformance.replay import Case, Result, replay

HERE = Path(__file__).parent
# A larger collection of recorded cases, used when a checkout has it beside the repository.
SHARED = HERE.parent.parent.parent / "shared" / "conformance" / "cases.json"


def default_files() -> list[Path]:
    """Our own cases, and the larger collection when it is there."""
    return [*sorted(HERE.glob("*.json")), *([SHARED] if SHARED.is_file() else [])]


def read_cases(file: Path) -> list[Case]:
    """The cases of one file."""
    cases: list[Case] = json.loads(file.read_text("utf-8"))["cases"]
    return cases


def report(results: list[Result]) -> bool:
    """Print failures and the two counts; true when every core case passed."""
    for result in results:
        if not result.passed:
            print(f"FAIL {result.case['tier']:5} {result.case['format']} {result.case['id']}")  # noqa: T201
            for problem in result.problems:
                print(f"     {problem[:1500]}")  # noqa: T201
    good = True
    for tier, label in (("core", "core"), ("quirk", "quirks")):
        of_tier = [result for result in results if result.case["tier"] == tier]
        passed = sum(result.passed for result in of_tier)
        print(f"{label}: {passed} of {len(of_tier)}")  # noqa: T201
        good = good and (tier != "core" or passed == len(of_tier))
    return good


def main() -> int:
    """Replay the files named on the command line, or the default ones."""
    logging.disable(logging.CRITICAL)
    files = [Path(argument) for argument in sys.argv[1:]] or default_files()
    results = [replay(case) for file in files for case in read_cases(file)]
    return 0 if report(results) else 1


if __name__ == "__main__":
    sys.exit(main())
