"""All services in one process and behind one address, with PostgreSQL from a wheel and an in-process transport."""
