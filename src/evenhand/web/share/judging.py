"""Judging a mail as it arrives, as a party's file is judged: by the same program, with keys fetched the same way."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import Any

from evenhand.context import Context
from evenhand.errors import EvenhandError
from evenhand.evidence.apart import mail_apart, names_apart
from evenhand.web.cases.mail_keys import fetch_keys
from evenhand.web.cases.steps.worth import RESOLVER


def judge(mail: bytes, ctx: Context) -> Mapping[str, Any]:
    """Return what the signatures of a mail say and the keys that were fetched for it; {} where it cannot be judged.

    Asking for keys is off until EVENHAND_MAIL_RESOLVER names a resolver.
    """
    resolver, stream = os.environ.get(RESOLVER, "").strip(), io.BytesIO(mail)
    try:
        answers = fetch_keys(names_apart(stream), resolver=resolver, ctx=ctx) if resolver else ()
        said = mail_apart(stream, answers)
    except EvenhandError:
        return {}  # the mail itself is kept whatever its signatures are
    return {"said": said, "answers": [answer.plain() for answer in answers]}
