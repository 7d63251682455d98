"""One module for each thing that staff change."""
