"""The pages that people see in a browser: a client of the gateway's API, and nothing else."""
