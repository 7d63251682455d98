"""Writes objects of Kubernetes from the compose file and from those of Prometheus, so that both say the same."""
