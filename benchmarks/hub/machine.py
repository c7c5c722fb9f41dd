"""The machine that the figures belong to."""

import os
import platform
import re
from pathlib import Path


def facts() -> str:
    """Processor, memory, system and Python, in one line."""
    memory = re.search(r"MemTotal:\s+(\d+)", _read("/proc/meminfo"))
    size = f"{int(memory[1]) / 1024 / 1024:.0f} GiB" if memory else "memory unknown"
    model = re.search(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    processor = model[1].strip() if model else platform.processor() or platform.machine()
    system = f"{platform.system()} {platform.release()}"
    return f"{processor}, {os.cpu_count()} cores, {size}, {system}, Python {platform.python_version()}"


def busy() -> float:
    """The load average of the last minute: what else the machine had to do."""
    return os.getloadavg()[0]


def _read(path: str) -> str:
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.exists() else ""
