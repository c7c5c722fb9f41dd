"""The Blok hub: publish, find, run and fork workflows and nodes. Uses the runtime, never the reverse."""
