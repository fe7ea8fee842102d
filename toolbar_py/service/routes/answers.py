"""How routes answer: JSON text as the contract's models make it, never cached."""

from starlette.responses import Response

from toolbar_py.wire.base import WireModel


def answer(model: WireModel) -> Response:
    """Give the model as JSON, leaving out what is not there."""
    return json_answer(model.to_json())


def json_answer(text: str, headers: dict[str, str] | None = None) -> Response:
    """Give ready JSON text. Contacts are private: no cache may keep them."""
    return Response(text, 200, {"Cache-Control": "no-store", **(headers or {})}, "application/json")
