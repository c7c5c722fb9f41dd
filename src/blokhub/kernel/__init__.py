"""The words that every room of the hub shares: ids, time, errors, events, aggregates. No I/O."""
