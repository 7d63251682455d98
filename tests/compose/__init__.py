"""The distributed system on Docker, while its containers are scaled, stopped, killed and upgraded: `make test-compose`.

`make test-alerts` makes a fault for each alert of Prometheus.

They are programs and no part of `make test`: they build images, and take minutes.
"""
