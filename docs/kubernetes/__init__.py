"""Writes deploy/kubernetes/base/services from the compose file, so that both say the same of each process."""
