"""The enrollment service: carts, requests, decisions, seats, queues, attendance."""
