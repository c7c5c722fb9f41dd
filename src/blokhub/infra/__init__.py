"""The drivers behind the kernel's words: PostgreSQL, NATS, Valkey, DBOS, HTTP."""
