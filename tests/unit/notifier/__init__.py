"""The notifier without a database."""
