"""Measures what docs/performance.md says: ``make bench``.

``stage`` sets everything up, ``boots``, ``wire``, ``calls`` and ``many`` measure, each through a browser
(``chromium``, ``firefox``); ``results`` is what is kept, ``goals`` judges it, ``report`` and ``plots`` show it.
"""
