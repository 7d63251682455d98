"""Performance measurements, as ratios to a minimal implementation of the same work on the same machine."""
