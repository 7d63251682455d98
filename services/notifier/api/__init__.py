"""HTTP in: what was sent, for staff."""
