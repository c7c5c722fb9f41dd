"""The services of the hub. They meet through events and through each other's `contract.py`, nowhere else."""
