"""The toolbar's Python in the page: runs in Pyodide, and on CPython in the unit tests.

``realm`` is what a host starts; each page that connects gets an ``app``, which wires the rest. A call comes in through
``calls`` and is answered by a namespace (``easycim``, ``agent``, ``contact``), which asks easyCIM (``gateway``,
``telephone``, both over ``exchange``), knows the contacts that were opened here (``instance``) and those at the desk
(``desk``). The desk is fed by one ``stream`` per operator, whose ``feed`` tells each page its events through its
``seat``; ``attendance`` is how a page comes by its seat. Nothing here but ``host.browser`` knows JavaScript.
"""
