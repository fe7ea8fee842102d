"""The conformance kit: does a page keep to the contract? (``toolbar-py check``)

``recorder.js`` writes down what happens between a page and TOOLBAR, ``record`` is what it writes, ``case`` puts it in
order beside what the service has, ``rules`` judge, ``comparison`` holds page and service against each other,
``timeline`` draws, ``report`` prints and writes files, ``embedded``, ``browser`` and ``run`` start what is needed.
"""
