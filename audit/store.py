"""Where the archive's objects lie: a folder, or an S3-compatible store. An object is written once.

Names are paths with ``/``. Whoever loses a race for a name is told so; nothing is ever overwritten.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

from settings import Settings
from storage.errors import StorageError, StorageUnavailable

_DRAFTS = ".drafts"


class AlreadyThere(StorageError):
    """The archive holds an object of this name already."""


class NotThere(StorageError):
    """The archive holds no object of this name."""


class Store(Protocol):
    """Raises :class:`storage.errors.StorageUnavailable` when the place cannot be reached or is full."""

    def put(self, name: str, body: bytes) -> None:
        """Durable when it returns. Raises :class:`AlreadyThere`, whatever the object there holds."""
        ...

    def get(self, name: str) -> bytes:
        """Raises :class:`NotThere`."""
        ...

    def names(self) -> Iterator[str]:
        """Every object there is, in no order."""
        ...


def open_store(settings: Settings) -> Store:
    """The archive this deployment is set up with."""
    if settings.archive_url.startswith("s3://"):
        return Bucket(settings.archive_url, settings.archive_endpoint)
    return Folder(Path(settings.archive_url))


class Folder:
    """Objects as files under one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, body: bytes) -> None:
        target = self._root / name
        try:
            (self._root / _DRAFTS).mkdir(parents=True, exist_ok=True)
            self._make_folder(target.parent)
            with NamedTemporaryFile(dir=self._root / _DRAFTS) as draft:
                draft.write(body)
                draft.flush()
                os.fchmod(draft.fileno(), 0o440)
                os.fsync(draft.fileno())
                os.link(draft.name, target)  # all of it or nothing, and never over another
            _sync(target.parent)
        except FileExistsError:
            raise _already_there(name) from None
        except OSError as error:
            raise _unavailable(str(self._root), error.strerror or str(error)) from error

    def get(self, name: str) -> bytes:
        try:
            return (self._root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise _not_there(name) from None
        except OSError as error:
            raise _unavailable(str(self._root), error.strerror or str(error)) from error

    def names(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self._root):
            if _DRAFTS in folders:
                folders.remove(_DRAFTS)
            here = Path(folder).relative_to(self._root)
            yield from (str(here / file) for file in files)

    def _make_folder(self, folder: Path) -> None:
        """A folder whose own entry is durable too."""
        if not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
            _sync(folder.parent)


class Bucket:
    """Objects of an S3-compatible store that honours ``If-None-Match``. Keys come from ``AWS_…``."""

    def __init__(self, url: str, endpoint: str | None) -> None:
        from obstore.store import S3Store

        self._url = url
        more: dict[str, Any] = {}
        if endpoint:
            more = {"endpoint": endpoint, "client_options": {"allow_http": endpoint.startswith("http://")}}
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        self._store = S3Store.from_url(url, region=region, **more)

    def put(self, name: str, body: bytes) -> None:
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._explaining():
            try:
                obstore.put(self._store, name, body, mode="create")
            except AlreadyExistsError:
                raise _already_there(name) from None

    def get(self, name: str) -> bytes:
        import obstore

        with self._explaining():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except FileNotFoundError:
                raise _not_there(name) from None

    def names(self) -> Iterator[str]:
        import obstore

        with self._explaining():
            for chunk in obstore.list(self._store):
                yield from (entry["path"] for entry in chunk)

    @contextlib.contextmanager
    def _explaining(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except BaseError as error:
            # The library prints its whole inside after the first sentence, addresses and all.
            raise _unavailable(self._url, str(error).splitlines()[0][:120]) from error


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _already_there(name: str) -> AlreadyThere:
    return AlreadyThere(
        f"归档中已有 {name}，不得覆盖", f"the archive has {name} already; it is never overwritten"
    )


def _not_there(name: str) -> NotThere:
    return NotThere(f"归档中没有 {name}", f"the archive has no {name}")


def _unavailable(where: str, why: str) -> StorageUnavailable:
    return StorageUnavailable(
        f"归档 {where} 暂时无法使用（{why}），请检查 QINGLING_ARCHIVE_URL 及其权限",
        f"the archive {where} cannot be used now ({why}); check QINGLING_ARCHIVE_URL and the permissions",
    )
