"""The calls in flight: from a method's name and arguments to the one answer of its Promise."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple, cast

from pydantic import JsonValue
from pydantic_core import from_json

from toolbar_py.page.host.base import Host
from toolbar_py.page.tasks import Awaited, Task, Tasks
from toolbar_py.wire.errors import (
    AbortedError,
    Code,
    DeadlineError,
    Failure,
    ServiceError,
    ToolbarError,
)
from toolbar_py.wire.methods import INTERNAL_METHODS, METHODS, Method, OnError
from toolbar_py.wire.problems import invalid, problem_error
from toolbar_py.wire.scripts import InfoRefusal, OpenRefusal
from toolbar_py.wire.texts import Locale, sentence


class Call(NamedTuple):
    """One call of the page.

    Args:
        values: the positional arguments as plain JSON data.
        correlation_id: 32 hexadecimal digits, the W3C trace id under which the call travels to the database.
    """

    values: list[Any]
    correlation_id: str


Handler = Callable[[Call], Coroutine[Awaited, Any, str]]


class Calls:
    """Dispatches calls to their handlers, and turns whatever they raise into what the contract promises (section 2).

    Args:
        handlers: for each method's path (``EASYCIM.openScript``) the coroutine function that answers it with JSON text.
    """

    def __init__(self, host: Host, tasks: Tasks, handlers: Mapping[str, Handler], locale: Locale) -> None:
        self._host = host
        self._tasks = tasks
        self._handlers = handlers
        self._methods = {method.path: method for method in (*METHODS, *INTERNAL_METHODS)}
        self._running: dict[int, Task] = {}
        self.locale: Locale = locale

    def call(self, call_id: int, path: str, arguments: str, correlation_id: str) -> None:
        """Begin a call.

        Args:
            call_id: by which it is answered and aborted.
            path: the method, e.g. ``EASYCIM.openScript``.
            arguments: JSON text: the array of positional arguments, or ``{problem}`` when they could not be copied.
            correlation_id: see :class:`Call`.
        """
        method = self._methods[path]

        def settle(answer: str | None, error: BaseException | None) -> None:
            self._running.pop(call_id, None)
            if answer is not None:
                self._host.answer(call_id, True, answer)
            else:
                self._fail(call_id, method, self._as_toolbar_error(path, error))

        try:
            handling = self._handlers[path](Call(_values_of(arguments), correlation_id))
        except BaseException as error:  # whatever it is, it must reach the page's Promise, not the host
            settle(None, error)
            return
        task = self._tasks.start(handling, settle)
        if task.waits_for is not None:
            self._running[call_id] = task

    def abort(self, call_id: int, code: str, timeout_ms: int) -> None:
        """End a call that the page no longer waits for.

        Args:
            code: ``ABORTED`` (its AbortSignal) or ``TIMEOUT`` (its deadline of *timeout_ms*).
        """
        task = self._running.get(call_id)
        if task is None:
            return
        error = DeadlineError(timeoutMs=timeout_ms) if code == Code.TIMEOUT else AbortedError()
        self._tasks.interrupt(task, error)

    def set_locale(self, locale: Locale) -> None:
        """Word what comes from now on in another language."""
        self.locale = locale

    def _fail(self, call_id: int, method: Method, error: ToolbarError) -> None:
        message = sentence(error, self.locale, method.path)
        if error.code != Code.ABORTED and method.on_error == OnError.REFUSE_OPEN:
            refusal = OpenRefusal(error=message, error_code=error.code, retryable=error.retryable)
            self._host.answer(call_id, True, refusal.to_json())
        elif error.code != Code.ABORTED and method.on_error == OnError.REFUSE_INFO:
            refused = InfoRefusal(error=message, error_code=error.code, retryable=error.retryable)
            self._host.answer(call_id, True, refused.to_json())
        else:
            failure = Failure(
                code=error.code,
                message=message,
                retryable=error.retryable,
                details=error.details,
                outcome_known=error.outcome_known,
            )
            self._host.answer(call_id, False, failure.model_dump_json())

    def _as_toolbar_error(self, path: str, error: BaseException | None) -> ToolbarError:
        if isinstance(error, ToolbarError):
            return error
        # A fault of ours. Its message may hold values of the page, so only its kind and place are told.
        trace = error.__traceback__ if error else None
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
        self._host.log("error", f"{path}: {type(error).__name__} in {place}")
        return ServiceError(internal=type(error).__name__)


def _values_of(arguments: str) -> list[Any]:
    try:
        values: Any = from_json(arguments)
    except ValueError:
        raise invalid("arguments", "characters") from None
    if isinstance(values, dict):
        raise problem_error(cast(Mapping[str, Mapping[str, JsonValue]], values)["problem"])
    return values
