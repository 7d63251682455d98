"""How the services are put together to run; the only code that may import several of them."""
