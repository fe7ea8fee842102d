"""The rules of easyCIM, pure: no I/O, no clock, no randomness; all of that is handed in."""
