"""HTTP in: the catalogue for everybody, its changes for staff."""
