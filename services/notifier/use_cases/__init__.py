"""One module per thing asked for."""
