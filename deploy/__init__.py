"""Runs the services together; only this package may import several of them."""
