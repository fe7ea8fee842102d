"""The seam to the browser: the protocol in ``base``, the browser itself in ``browser``."""
