"""Access tokens: their keys and their verification. Nothing here knows HTTP requests."""
