"""The search index, fed by events and nothing else."""
