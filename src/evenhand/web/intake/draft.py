"""The unfinished report. It lives nowhere but in the sender's own page, encrypted: nothing is kept before it is sent.

Each page posts it on in a hidden field. It carries the id the submission will have and the receipt code, so that a
page sent twice is one report with one receipt.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from evenhand.context import Context

KEPT: Final = timedelta(hours=12)
_MOST: Final = 120_000  # characters of the hidden field; the texts in it have limits of their own


@dataclass(frozen=True, slots=True)
class Draft:
    """What was answered so far, page by page; `code` is the receipt code that sending will make valid."""

    submission: str
    code: str
    danger: bool = False
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def answered(self, page: str, answers: Mapping[str, Any]) -> Draft:
        """Return the draft with the answers of one page."""
        return Draft(self.submission, self.code, self.danger, {**self.answers, page: dict(answers)})

    def on(self, page: str) -> Mapping[str, Any]:
        """Return what was answered on a page; empty where it was not reached yet."""
        return self.answers.get(page, {})


def new_draft(ctx: Context, *, danger: bool) -> Draft:
    """Return an empty draft with a fresh id and a receipt code of 80 random bits, in a form one can write down."""
    letters = base64.b32encode(ctx.random(10)).decode().lower()
    return Draft(ctx.new_id(), "-".join(letters[i : i + 4] for i in range(0, 16, 4)), danger)


def packed(draft: Draft) -> str:
    """Return the draft as the encrypted text of the hidden field."""
    plain = json.dumps([draft.submission, draft.code, draft.danger, draft.answers], ensure_ascii=False)
    return _box().encrypt(zlib.compress(plain.encode("utf-8", "surrogatepass"))).decode()


def unpacked(text: str) -> Draft | None:
    """Return the draft of a hidden field; None where it is not ours, was changed, or is older than KEPT."""
    if not text or len(text) > _MOST:
        return None
    try:
        plain = zlib.decompress(_box().decrypt(text.encode(), ttl=int(KEPT.total_seconds())))
        submission, code, danger, answers = json.loads(plain.decode("utf-8", "surrogatepass"))
    except (InvalidToken, zlib.error, ValueError):
        return None
    return Draft(submission, code, danger, answers)


def _box() -> Fernet:
    """Return the cipher of this installation; its key is derived from the signing secret for this use alone."""
    key = hashlib.sha256(b"evenhand/report-draft/v1\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
