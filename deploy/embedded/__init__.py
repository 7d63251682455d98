"""Everything in one process: PostgreSQL from a wheel, the in-process transport, the four services behind one address."""
