"""The simulator: a telephone system to try everything with, the same again from the same seed.

The inside (:mod:`.kernel`, :mod:`.exchange` and what they use) does no I/O and reads no clock; :mod:`.system` joins it
to the service.
"""
