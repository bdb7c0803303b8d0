"""The RO-Crate 1.1 description of a bundle's payload, for archives. A verification never reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evenhand.bundle.content import About

METADATA: Final = "ro-crate-metadata.json"
_KINDS: Final = {"json": "application/json", "jsonl": "application/jsonl", "html": "text/html"}
USE: Final = "For those who take part in this case and for whoever reviews it. It may name people: do not publish it."


def crate(about: About, paths: Sequence[str], kinds: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON-LD of the crate over these payload paths (data/…); `kinds`: path -> media type of objects."""
    files = [_file(path, kinds.get(path, "")) for path in paths]
    root = {
        "@id": "./", "@type": "Dataset", "identifier": about.id, "name": about.title, "datePublished": about.at,
        "description": "Entries of a log about one case, what opens them, and the documents they commit to.",
        "license": {"@id": "#use"}, "hasPart": [{"@id": file["@id"]} for file in files],
    }  # fmt: skip
    described = {
        "@id": METADATA, "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }  # fmt: skip
    use = {"@id": "#use", "@type": "CreativeWork", "name": "Use", "description": USE}
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [described, root, use, *files]}


def _file(path: str, kind: str) -> dict[str, str]:
    name = path.removeprefix("data/")
    return {
        "@id": name, "@type": "File", "name": name,
        "encodingFormat": kind or _KINDS.get(name.rpartition(".")[2], "application/octet-stream"),
    }  # fmt: skip
