"""What the page and the service agree on: models, error codes, texts and the table of TOOLBAR methods.

The same classes validate a page's arguments, travel as JSON, shape the service's OpenAPI and generate the
TypeScript types, so nothing on the way is described twice. Imports pydantic and nothing else of ours.
"""
