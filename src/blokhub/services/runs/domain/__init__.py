"""What is kept of a run, what is kept secret, and when an example has answered as recorded. Pure."""

from blokhub.services.runs.domain.examples import ExampleFailed, all_fixtures, find_example, hold_to
from blokhub.services.runs.domain.run import REDACTED, Run, RunRefused, RunStore, without_secrets

__all__ = [
    "REDACTED",
    "ExampleFailed",
    "Run",
    "RunRefused",
    "RunStore",
    "all_fixtures",
    "find_example",
    "hold_to",
    "without_secrets",
]
