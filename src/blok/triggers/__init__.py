"""What starts workflows besides plain HTTP requests: cron, worker queues, webhooks, event streams."""
