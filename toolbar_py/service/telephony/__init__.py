"""The telephone side: what the service asks of a telephone system, and what such a system reports."""
