"""Puts finished files where the service serves them: content-hashed, compressed ahead of time, and listed."""

import base64
import gzip
import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import zstandard

from web.build.paths import WORK

# What this module itself writes.
_COMPRESSED_SUFFIXES = {".br", ".gz", ".zst"}
# Below this a compressed copy saves less than a packet.
_WORTH_COMPRESSING = 1_000
_BROTLI_QUALITY = 9
_ZSTD_LEVEL = 19
_CACHE = WORK / "compressed"


def content_name(path: Path) -> str:
    """Name a file or folder by its content: ``engine-1f2e3d4c.js``, ``pyodide-5b6a7988``."""
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return f"{path.stem}-{digest.hexdigest()[:16]}{path.suffix}"


def publish_asset(path: Path, sdk: Path) -> str:
    """Copy a file or folder below ``assets/`` under its content's name; gives the path below ``/sdk/``."""
    name = content_name(path)
    target = sdk / "assets" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target)
        return f"assets/{name}/"
    shutil.copy2(path, target)
    return f"assets/{name}"


def compress_all(sdk: Path) -> None:
    """Write a brotli, a zstd and a gzip copy beside every file that is worth it, once for the same content."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    files = [p for p in sdk.rglob("*") if p.is_file() and p.suffix not in _COMPRESSED_SUFFIXES]
    with ThreadPoolExecutor() as pool:
        list(pool.map(_compress, [p for p in files if p.stat().st_size >= _WORTH_COMPRESSING]))


def write_manifest(sdk: Path) -> None:
    """List every file with its size and SHA-256 integrity in ``manifest.json``."""
    files: dict[str, dict[str, str | int]] = {}
    for path in sorted(p for p in sdk.rglob("*") if p.is_file()):
        files[path.relative_to(sdk).as_posix()] = {"bytes": path.stat().st_size, "integrity": integrity(path)}
    (sdk / "manifest.json").write_text(json.dumps({"files": files}, indent=1))


def integrity(path: Path) -> str:
    """Give a file's subresource integrity (W3C SRI): ``sha256-...``."""
    return f"sha256-{base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()}"


def replace_folder(fresh: Path, target: Path) -> None:
    """Put a finished folder in the place of the old one, so that a running service never sees half of it."""
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _compress(path: Path) -> None:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    for suffix, compress in ((".br", _brotli), (".zst", _zstd), (".gz", _gzip)):
        cached = _CACHE / f"{digest}{suffix}"
        if not cached.exists():
            partial = cached.with_suffix(f"{suffix}.partial")
            partial.write_bytes(compress(content))
            partial.rename(cached)
        shutil.copy2(cached, path.with_name(path.name + suffix))


def _brotli(content: bytes) -> bytes:
    return brotli.compress(content, quality=_BROTLI_QUALITY, lgwin=24)


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)
