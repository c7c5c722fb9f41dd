"""`make bench`: every figure of BENCHMARKS.md, one after the other."""

import subprocess
import sys

PARTS = (
    "benchmarks.expressions",
    "benchmarks.runtime",
    "benchmarks.hub",
    "benchmarks.hub.apart",
    "benchmarks.web",
)


def main() -> int:
    """Run every part, each in a process of its own; returns how many failed."""
    failed = 0
    for part in PARTS:
        print(f"\n### python -m {part}\n", flush=True)
        failed += subprocess.run([sys.executable, "-m", part], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
