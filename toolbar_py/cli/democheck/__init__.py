"""``toolbar-py demo --check``: the demo without a person, in a real browser.

``steps`` says what is asked and what must come back, ``deskpage`` works the demo's own page, ``hostpage`` is a page on
another origin, ``expectations`` compares, ``report`` prints, ``run`` starts all that is needed.
"""
