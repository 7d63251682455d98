"""The notifier: who gets which mail, what was sent, what could not be."""
