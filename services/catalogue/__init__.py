"""Axes, trainings, sessions, slots, trainers of a session."""
