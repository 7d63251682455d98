"""Messages in: one module per speaker."""
