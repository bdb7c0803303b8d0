"""The digest of a version: what a case pins (`pub.code`) and what shows that a published text was edited.

Canonical JSON (RFC 8785: all keys ASCII, no numbers, so sorted keys and no spaces are enough), UTF-8, SHA-256.
"""

from __future__ import annotations

import hashlib
import json

from evenhand.codes.model import Clause, Example, Version


def canonical(slug: str, version: Version) -> bytes:
    """Return the canonical bytes of one version.

    The end date and the pinned digest are left out: a version ends because a later one begins, and that
    must not look like an edit of the earlier text.
    """
    document = {
        "slug": slug,
        "number": version.number,
        "published": version.published.isoformat(),
        "from": version.start.isoformat(),
        "note": version.note,
        "clauses": [_clause(clause) for clause in version.clauses],
        "definitions": [{"term": each.term, "text": each.text} for each in version.definitions],
        "examples": [_example(example) for example in version.examples],
        "categories": {str(name): list(numbers) for name, numbers in version.categories.items()},
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(slug: str, version: Version) -> str:
    """Return the SHA-256 of the canonical bytes: 64 lower-case hex digits."""
    return hashlib.sha256(canonical(slug, version)).hexdigest()


def _clause(clause: Clause) -> dict[str, object]:
    return {
        "number": clause.number,
        "title": clause.title,
        "text": clause.text,
        "acts": [str(act) for act in clause.acts],
        "most": {str(act): str(rung) for act, rung in clause.most.items()},
        "see": list(clause.see),
    }


def _example(example: Example) -> dict[str, object]:
    return {
        "number": example.number,
        "term": example.term,
        "text": example.text,
        "adopted": example.adopted,
        "since": example.since.isoformat(),
    }
