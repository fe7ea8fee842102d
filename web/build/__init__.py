"""Builds what the service serves under ``/sdk/``: ``python -m web.build``.

``contract`` generates TypeScript from ``toolbar_py.wire``, ``bundle`` makes the JavaScript, ``packages`` collects the
Python packages for the browser, ``publish`` hashes, compresses and lists the files.
"""
