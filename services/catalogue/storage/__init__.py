"""Rows, and the objects that they are."""
