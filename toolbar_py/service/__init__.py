"""The embedded easyCIM (CPython)."""
