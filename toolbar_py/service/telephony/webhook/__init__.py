"""A real telephone system, or its gateway: signed reports come in over HTTP, what operators want goes out."""
