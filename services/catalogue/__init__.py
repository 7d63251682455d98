"""The catalogue: axes, trainings, and sessions with their slots and trainers."""
