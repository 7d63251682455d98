"""Programs that an image runs on its own, with nothing of the tests: they use what deploy/slim.py cuts into.

Each prints the files that it has made, in base64, for the program that has started it.
"""
