"""`blok completion`: completion scripts for shells."""

from __future__ import annotations

import sys
from typing import Literal


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print the completion script of a shell; `source <(blok completion bash)` turns it on.

    Parameters
    ----------
    shell
        The shell.
    """
    from blok.cli.main import build_app  # noqa: PLC0415 - the command tree imports this module

    sys.stdout.write(build_app(only_working=True).generate_completion(shell=shell))
