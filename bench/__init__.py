"""How fast it is, as ratios against the least that the same work can cost on the same machine."""
