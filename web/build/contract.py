"""Generates TypeScript from the contract's models: the loader's method table and the types for pages."""

import json
import re
import subprocess
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from toolbar_py import __version__
from toolbar_py.wire.actions import Accepted
from toolbar_py.wire.connection import Connection
from toolbar_py.wire.contacts import ContactInfo
from toolbar_py.wire.errors import Code, ToolbarError
from toolbar_py.wire.methods import CONTACT, INTERNAL_METHODS, METHODS, NAMESPACE_ALIASES, Method, OnError
from toolbar_py.wire.problems import invalid
from toolbar_py.wire.profile import Group
from toolbar_py.wire.scripts import InfoRefusal, OpenAnswer, OpenRefusal, SaveAnswer
from toolbar_py.wire.telephony import CALLBACK_EVENT, AgentEvent, AgentSummary, ContactEvent
from toolbar_py.wire.texts import BOOT_REASONS, LOCALES, SENTENCES, UNCERTAIN, Locale, sentence
from web.build.paths import GENERATED, NODE_MODULES, WORK

_HEADER = "// Generated from toolbar_py/wire by web/build/contract.py.\n"

# What can go wrong before Python is up, or when it is gone; all other sentences are Python's.
_CODES_WITHOUT_PYTHON = (Code.ABORTED, Code.TIMEOUT, Code.RUNTIME_LOST, Code.ENGINE_BLOCKED, Code.BOOT_FAILED)

# What the callback methods of CONTACT refuse, which the loader answers by itself.
_CALLBACK_PROBLEMS = {
    "callback": invalid("callback", "type", expected="function"),
    "event": invalid("event", "type", expected="copyable"),
}

_ANSWERS: tuple[type[BaseModel], ...] = (
    OpenAnswer,
    OpenRefusal,
    ContactInfo,
    InfoRefusal,
    SaveAnswer,
    Accepted,
    AgentSummary,
    Group,
    ContactEvent,
    AgentEvent,
    Connection,
)

_PARAMETER_TYPES = {
    "isManual": "boolean",
    "offlineEnd": "boolean",
    "labels": "readonly LabelArgument[]",
    "groups": "readonly (string | { readonly ID: string })[]",
}

# The methods of CONTACT that are answered on the page; see web/src/facade/contact.ts.
_ON_THE_PAGE = """    /** The last value under a name in an event's CallData; "" when there is none or on any error. */
    GetCallDataValueByName(ContactObj: Pick<ContactEvent, "CallData"> | null | undefined, name: string): string;
    bindContactCallback(fn: ContactCallback): ToolbarPromise<true>;
    unbindContactCallback(fn: ContactCallback): ToolbarPromise<true>;
    triggerContactCallback(obj: object): ToolbarPromise<true>;
"""

_REFUSALS = {OnError.REFUSE_OPEN: "OpenRefusal", OnError.REFUSE_INFO: "InfoRefusal"}

_TOOLBAR_TYPES = """
/** A label as `saveScript` takes it; `key` and `label` are accepted for `name`. */
export interface LabelArgument { name: string; value?: string | number | boolean }

/** Accepted as the last argument of every method that answers. */
export interface CallOptions { signal?: AbortSignal; timeoutMs?: number }

/** Every rejection of a toolbar Promise. */
export interface ToolbarError extends Error {
  readonly code: Code;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  readonly correlationId: string;
  /** False in the rare case that a write may or may not have happened. */
  readonly outcomeKnown: boolean;
}

/** A native Promise that old pages can also use like jQuery's Deferred. */
export interface ToolbarPromise<T> extends Promise<T> {
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: ToolbarError) => B | PromiseLike<B>) | null,
  ): ToolbarPromise<A | B>;
  done(callback?: (value: T) => unknown): this;
  fail(callback?: (reason: ToolbarError) => unknown): this;
  always(callback?: (result: T | ToolbarError) => unknown): this;
  bind(context?: unknown): this;
}

/** Called with every event at the desk: first an event object of type `%(callback_event)s`. */
export type ContactCallback = (this: Window, event: Event, data: ContactEvent | AgentEvent) => unknown;

export interface ToolbarConfig {
  serviceUrl?: string;
  token?: string | (() => string | Promise<string>);
  locale?: %(locales)s;
  ui?: "none" | "bar";
  runtime?: "auto" | "page" | "worker" | "shared" | "frame";
  timeoutMs?: number;
  logLevel?: "silent" | "error" | "warn" | "info" | "debug";
}

export interface Toolbar {
%(namespaces)s
  readonly ready: ToolbarPromise<{ version: string; runtime: string; bootMs: number }>;
  configure(config: ToolbarConfig): void;
  health(): ToolbarPromise<Record<string, unknown>>;
  diagnostics(): ToolbarPromise<Record<string, unknown>>;
}

declare global {
  interface Window { TOOLBAR: Toolbar; TOOLBAR_CONFIG?: ToolbarConfig }
  interface WindowEventMap { "toolbar:connection": CustomEvent<Connection> }
}
"""


def generate() -> None:
    """Write ``web/src/generated/contract.ts`` and ``toolbar.d.ts`` beside it."""
    GENERATED.mkdir(parents=True, exist_ok=True)
    (GENERATED / "contract.ts").write_text(_loader_table())
    (GENERATED / "toolbar.d.ts").write_text(_HEADER + _answer_types() + _toolbar_types())


def _loader_table() -> str:
    methods = [_loader_method(method) for method in METHODS]
    (note,) = INTERNAL_METHODS
    problems = {
        name: {"details": error.details, "messages": {locale: sentence(error, locale) for locale in LOCALES}}
        for name, error in _CALLBACK_PROBLEMS.items()
    }
    sentences = {locale: {code.value: SENTENCES[locale][code] for code in _CODES_WITHOUT_PYTHON} for locale in LOCALES}
    retryable = [kind.code.value for kind in ToolbarError.__subclasses__() if kind.retryable]
    kinds = " | ".join(json.dumps(kind.value) for kind in OnError)
    return (
        f"{_HEADER}"
        "export interface MethodSpec {\n"
        "  readonly namespace: string;\n  readonly name: string;\n  readonly path: string;\n"
        f"  readonly parameters: readonly string[];\n  readonly onError: {kinds};\n  readonly writes: boolean;\n}}\n"
        f"export const VERSION = {json.dumps(__version__)};\n"
        f"export const METHODS: readonly MethodSpec[] = {json.dumps(methods)};\n"
        f"export const NOTE: MethodSpec = {json.dumps(_loader_method(note))};\n"
        f"export const CALLBACK_EVENT = {json.dumps(CALLBACK_EVENT)};\n"
        f"export const CALLBACK_PROBLEMS = {json.dumps(problems, ensure_ascii=False)};\n"
        f"export const NAMESPACE_ALIASES: Readonly<Record<string, string>> = {json.dumps(NAMESPACE_ALIASES)};\n"
        f"export const SENTENCES = {json.dumps(sentences, ensure_ascii=False)} as const;\n"
        f"export const UNCERTAIN: Readonly<Record<string, Readonly<Record<string, string>>>> = {_json(UNCERTAIN)};\n"
        f"export const BOOT_REASONS = {_json(BOOT_REASONS)} as const;\n"
        f"export const RETRYABLE: readonly string[] = {json.dumps(retryable)};\n"
    )


def _json(texts: Mapping[Locale, Mapping[str, str]]) -> str:
    return json.dumps(texts, ensure_ascii=False)


def _loader_method(method: Method) -> dict[str, object]:
    return {
        "namespace": method.namespace,
        "name": method.name,
        "path": method.path,
        "parameters": list(method.parameters),
        "onError": method.on_error.value,
        "writes": method.writes,
    }


def _answer_types() -> str:
    _, schema = models_json_schema([(model, "serialization") for model in _ANSWERS], by_alias=True)
    schema |= {"title": "Answers", "type": "object"}
    schema["properties"] = {model.__name__: {"$ref": f"#/$defs/{model.__name__}"} for model in _ANSWERS}
    WORK.mkdir(exist_ok=True)
    source = WORK / "answers.json"
    source.write_text(json.dumps(_as_sent(schema)))
    tool = NODE_MODULES / ".bin" / "json2ts"
    command = [str(tool), "-i", str(source), "--bannerComment", "", "--no-additionalProperties"]
    types = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    # The tool needs one root; pages do not.
    return re.sub(r"export interface Answers \{.*?\n\}\n", "", types, count=1, flags=re.DOTALL)


def _as_sent(value: Any) -> Any:
    """Describe messages as they are sent: ``None`` is left out, and every other default is written.

    Drops pydantic's member titles too, each of which would become a type of its own.
    """
    if isinstance(value, list):
        return [_as_sent(entry) for entry in cast(list[Any], value)]
    if not isinstance(value, dict):
        return value
    given = cast(dict[str, Any], value)
    if "anyOf" in given:
        kinds = [kind for kind in given["anyOf"] if kind != {"type": "null"}]
        if len(kinds) == 1:
            return _as_sent(kinds[0])
    found = {
        key: _as_sent(member)
        for key, member in given.items()
        if key != "default" and not (key == "title" and isinstance(member, str))
    }
    if given.get("type") == "object" and "properties" in given:
        members: dict[str, dict[str, Any]] = given["properties"]
        found["required"] = [name for name, member in members.items() if member.get("default", "") is not None]
    return found


def _toolbar_types() -> str:
    namespaces = ""
    for name in dict.fromkeys(method.namespace for method in METHODS):
        methods = "".join(f"    {_signature(method)}\n" for method in METHODS if method.namespace == name)
        methods += _ON_THE_PAGE if name == CONTACT else ""
        namespaces += f"  readonly {name}: {{\n{methods}  }};\n"
        for alias, target in NAMESPACE_ALIASES.items():
            if target == name:
                namespaces += f'  /** The old spelling. */\n  readonly {alias}: Toolbar["{name}"];\n'
    return _TOOLBAR_TYPES % {
        "callback_event": CALLBACK_EVENT,
        "locales": " | ".join(json.dumps(locale) for locale in LOCALES),
        "namespaces": namespaces.rstrip("\n"),
    }


def _signature(method: Method) -> str:
    parameters = [
        f"{name}{'' if index < method.required else '?'}: {_PARAMETER_TYPES.get(name, 'string')}"
        for index, name in enumerate(method.parameters)
    ]
    refusal = _REFUSALS.get(method.on_error)
    answer = f"{method.answer} | {refusal}" if refusal else method.answer
    return f"{method.name}({', '.join([*parameters, 'options?: CallOptions'])}): ToolbarPromise<{answer}>;"
