"""The distributed system on Docker, while its containers are scaled, stopped, killed and upgraded: `make test-compose`.

It is a program and no part of `make test`: it builds images, and takes minutes.
"""
