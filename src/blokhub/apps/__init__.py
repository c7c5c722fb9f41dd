"""The deployables: which services run in a process, and behind which door."""
