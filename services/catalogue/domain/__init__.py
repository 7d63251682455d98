"""What holds of axes, trainings and sessions: plain Python."""
