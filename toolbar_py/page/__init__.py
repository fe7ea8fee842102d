"""The toolbar's Python in the page: runs in Pyodide, and on CPython in the unit tests.

``app`` wires it. A call comes in through ``calls``, is answered by a namespace (``easycim``), which knows what is at
this desk (``desk``) and talks to easyCIM (``gateway``). Nothing here but ``host.browser`` knows JavaScript.
"""
