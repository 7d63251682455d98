"""Carts, requests, decisions, seats, the queue, attendance."""
