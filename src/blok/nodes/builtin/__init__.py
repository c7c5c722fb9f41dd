"""The nodes that come with the runtime, one file each."""
