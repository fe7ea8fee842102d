"""toolbar-py: the easyCIM toolbar for contact-centre pages, in Python on both sides.

``wire`` is what both sides agree on, ``page`` runs in the browser (Pyodide), ``service`` is the embedded
easyCIM, ``cli`` is the command line. Nothing is re-exported here: import from the room a thing lives in.
"""

__version__ = "0.1.0"
