"""What the hub takes: starting, publishing, answering, relaying, loading."""
