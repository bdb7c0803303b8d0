"""A BagIt 1.0 bag being written (RFC 8493): a folder, its two manifests, and the same as a ZIP file.

The same content gives the same bytes: generated names, lines in order, a ZIP without times or compression.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError

MANIFEST: Final = "manifest-sha256.txt"
TAGMANIFEST: Final = "tagmanifest-sha256.txt"
DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE: Final = 0o100644 << 16


class Bag:
    """A bag in a folder of its own; every file is written once and its digest kept."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._digests: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def put(self, path: str, data: bytes) -> None:
        """Write one file; UsageError where the bag has it already."""
        if path in self._digests:
            raise UsageError("the bundle has this file already", where=path)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self._digests[path] = sha256(data).hexdigest()
        self._sizes[path] = len(data)

    @property
    def payload(self) -> list[str]:
        """The paths of the payload (below data/) that were written so far, in order."""
        return [path for path in sorted(self._digests) if path.startswith("data/")]

    def close_payload(self, info: Mapping[str, str]) -> bytes:
        """Write the declaration, bag-info and the manifest; return the manifest's bytes. No payload comes after."""
        sizes = [self._sizes[path] for path in self.payload]
        lines = {**info, "Payload-Oxum": f"{sum(sizes)}.{len(sizes)}"}
        manifest = self._lines(self.payload)
        self.put("bagit.txt", DECLARATION)
        self.put("bag-info.txt", "".join(f"{name}: {value}\n" for name, value in sorted(lines.items())).encode())
        self.put(MANIFEST, manifest)
        return manifest

    def close(self) -> None:
        """Write the manifest of everything outside data/: the bag is whole."""
        self.put(TAGMANIFEST, self._lines([path for path in sorted(self._digests) if not path.startswith("data/")]))

    def _lines(self, paths: list[str]) -> bytes:
        return "".join(f"{self._digests[path]}  {path}\n" for path in paths).encode("ascii")


def write_zip(folder: Path, target: Path, name: str) -> None:
    """Write a folder's files into a new ZIP file, below one folder called `name`: the same files, the same bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(f"{name}/{path.relative_to(folder).as_posix()}", _FIRST_TIME)
            entry.external_attr, entry.create_system = _PLAIN_FILE, 3
            with path.open("rb") as source, archive.open(entry, "w") as out:
                while block := source.read(1 << 20):
                    out.write(block)
