"""Serves a folder of built files: right types, strong validators, ready-made compressed copies."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from toolbar_py.service.encodings import preferred

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ts": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
}
_COPIES = {"zstd": ".zst", "br": ".br", "gzip": ".gz"}
"""The encodings a copy may have, the smallest first, and how its name ends."""

_KEPT_MAX = 64 * 1024 * 1024
"""How many bytes of files are kept in memory: the whole of the browser files, several times over."""

_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: tuple[int, int]
    body: bytes
    etag: str


class StaticFolder:
    """The files of one folder.

    Args:
        folder: may appear, change or vanish while it is served.
        headers: for every file.
        immutable: the sub-folder whose files carry a hash of their content in their names, if there is one.
    """

    def __init__(self, folder: Path, headers: Mapping[str, str], immutable: str | None = None) -> None:
        self._folder = folder.resolve()
        self._headers = dict(headers)
        self._immutable = immutable
        self._kept: dict[Path, _Kept] = {}
        self._kept_bytes = 0

    async def serve(self, request: Request, path: str) -> Response | None:
        """Answer a GET or HEAD for a file, or give None when there is no such file.

        Args:
            path: relative to the folder; a folder stands for its ``index.html``.
        """
        accepted = request.headers.get("accept-encoding", "")
        found = await asyncio.to_thread(self._find, path, accepted)
        if found is None:
            return None
        name, encoding, kept = found
        headers = {
            **self._headers,
            "Cache-Control": self._cache_control(name),
            "ETag": kept.etag,
            "Vary": "Accept-Encoding",
        }
        if encoding is not None:
            headers["Content-Encoding"] = encoding
        if _matches(request.headers.get("if-none-match"), kept.etag):
            return Response(status_code=304, headers=headers)
        media_type = _TYPES.get(name.suffix, "application/octet-stream")
        headers["Content-Type"] = media_type
        if request.method == "HEAD":
            return Response(headers={**headers, "Content-Length": str(len(kept.body))})
        return Response(kept.body, headers=headers)

    def _cache_control(self, name: Path) -> str:
        inside = name.relative_to(self._folder).parts
        return _FOREVER if len(inside) > 1 and inside[0] == self._immutable else "no-cache"

    def _find(self, path: str, accepted: str) -> tuple[Path, str | None, _Kept] | None:
        """Give the file, the encoding of the copy that was chosen, and its bytes."""
        name = self._inside(path)
        if name is None:
            return None
        try:
            if name.is_dir():
                name /= "index.html"
            copies = {encoding: name.with_name(name.name + end) for encoding, end in _COPIES.items()}
            there = [encoding for encoding, copy in copies.items() if copy.is_file()]
            encoding = preferred(accepted, there)
            return name, encoding, self._load(copies[encoding] if encoding else name)
        except OSError:
            # Not there, not readable, or a name that no file can have.
            return None

    def _inside(self, path: str) -> Path | None:
        """Give the place of a path, or None when it leads out of the folder, be it by a link."""
        if "\x00" in path or "\\" in path:
            return None
        try:
            name = (self._folder / path.lstrip("/")).resolve()
        except OSError:
            return None
        return name if name.is_relative_to(self._folder) else None

    def _load(self, name: Path) -> _Kept:
        status = name.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        kept = self._kept.get(name)
        if kept is not None and kept.stamp == stamp:
            return kept
        body = name.read_bytes()
        kept = _Kept(stamp, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        if self._kept_bytes + len(body) > _KEPT_MAX:
            self._kept.clear()
            self._kept_bytes = 0
        self._kept[name] = kept
        self._kept_bytes += len(body)
        return kept


def _matches(condition: str | None, etag: str) -> bool:
    """Say whether ``If-None-Match`` holds; the comparison is weak, as RFC 9110 asks."""
    if condition is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
    return "*" in tags or etag in tags
