"""The runtime against a bare handler that does the same by hand, and against Node-RED."""
