"""A bundle being read: the files of a folder or a ZIP by their paths, nothing written, nothing followed."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from evenhand.bundle.bag import MANIFEST, TAGMANIFEST
from evenhand.bundle.zipped import check_container, idle_folders
from evenhand.errors import UsageError
from evenhand.ledger.errors import Malformed

MOST_BYTES: Final = 64 << 20
"""Of any file that is read whole; objects are hashed in pieces, however large."""
_AGE: Final = b"age-encryption.org/"
_UNREADABLE: Final = (
    OSError, ValueError, EOFError, RuntimeError, ArithmeticError, zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenedBundle:
    """The files of a bundle. `odd`: links, devices, folders that hold nothing, names that occur twice."""

    files: dict[str, Callable[[], IO[bytes]]]
    odd: list[str] = field(default_factory=list)

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def read(self, path: str) -> bytes:
        """Return the bytes of a file that is there; raises Malformed where they cannot be read."""
        try:
            with self.files[path]() as file:
                data = file.read(MOST_BYTES + 1)
        except _UNREADABLE as error:
            raise Malformed(f"the file cannot be read: {error}", where=path) from None
        if len(data) > MOST_BYTES:
            raise Malformed(f"the file is over {MOST_BYTES} bytes", where=path)
        return data

    def measure(self, path: str) -> tuple[str, int] | None:
        """Return SHA-256 (hex) and size of a file, or None where it cannot be read."""
        digest, size = sha256(), 0
        try:
            with self.files[path]() as file:
                while block := file.read(1 << 20):
                    digest.update(block)
                    size += len(block)
        except _UNREADABLE:
            return None
        return digest.hexdigest(), size


@contextmanager
def opened_bundle(path: Path) -> Iterator[OpenedBundle]:
    """Give the bundle at a path; UsageError for what is neither a folder nor a ZIP file, or holds no bundle.

    Also for a ZIP file that is more than its listed files: unpacked in another way it could be another bundle.
    """
    if path.is_dir():
        yield _checked(_folder(path), path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except _UNREADABLE as error:
        mend = "Name the folder or the ZIP file of a bundle."
        if _starts_with(path, _AGE):
            mend = "It is encrypted: age -d -i KEYFILE FILE > bundle.zip makes the ZIP file."
        raise UsageError("this is no bundle that can be read", where=str(path), mend=mend) from error
    with archive:
        try:
            check_container(path, archive)
        except Malformed as error:
            raise UsageError(error.what, where=str(path), mend="Unpack it, then check the folder.") from None
        yield _checked(_archive(archive), path)


def _starts_with(path: Path, head: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(head)) == head
    except OSError:
        return False


def _checked(bundle: OpenedBundle, path: Path) -> OpenedBundle:
    if not any(name in bundle for name in ("bagit.txt", MANIFEST, TAGMANIFEST)):
        folder = "the folder that holds bagit.txt, if there is one."
        mend = f"Check {folder}" if path.is_dir() else f"Unpack it, then check {folder}"
        raise UsageError(f"this is no case bundle as it stands: no {MANIFEST} at its top", where=str(path), mend=mend)
    return bundle


def _folder(root: Path) -> OpenedBundle:
    found, folders = OpenedBundle({}), []
    for path in sorted(_below(root)):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            found.odd.append(name)
        elif path.is_file():
            found.files[name] = partial(_open, path)
        else:
            folders.append(f"{name}/")
    found.odd.extend(idle_folders([*found.files, *found.odd, *folders]))
    return found


def _below(root: Path) -> Iterator[Path]:
    """Yield everything below a folder; UsageError for a part that cannot be read: nobody knows what lies there."""

    def stop(error: OSError) -> None:
        raise UsageError(str(error.strerror), where=str(error.filename), mend="Make it readable, then check again.")

    for folder, folders, names in os.walk(root, onerror=stop):
        yield from (Path(folder, name) for name in folders + names)


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _archive(archive: zipfile.ZipFile) -> OpenedBundle:
    names = [name for name in archive.namelist() if not name.endswith("/")]
    tops = {name.split("/", 1)[0] for name in names}
    top = f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in names) else ""
    found = OpenedBundle({})
    for entry in archive.infolist():
        name = entry.filename.removeprefix(top)
        if name in found or (entry.external_attr >> 28) == 0o12 or entry.filename != entry.orig_filename:
            found.odd.append(name)
        if not entry.filename.endswith("/"):
            found.files[name] = partial(archive.open, entry)
    found.odd.extend(name.removeprefix(top) for name in idle_folders(archive.namelist()))
    return found
