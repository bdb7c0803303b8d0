"""Having a link captured, where the organisation has named a program that does it; nothing is fetched without one.

The worker starts the program in the name of whoever asked. What it brings is a file of the office like any other:
sealed, quarantined, released by a person; that it was captured from the address shown is what lifts it (P1).
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.capturing import capture
from evenhand.evidence.links import check_public
from evenhand.evidence.uploads import Kind
from evenhand.web.cases.incoming import MOST_IN_PARTS
from evenhand.web.cases.models import Case, Upload
from evenhand.web.cases.senders import by_capture
from evenhand.web.cases.steps.files import Place, hand_in
from evenhand.web.home import Home
from evenhand.web.record.ids import ActorId
from evenhand.web.record.outbox import Queued, enqueue, queued
from evenhand.web.record.sealed import open_texts
from evenhand.web.vault.queries import capture_of

JOB: Final = "capture-link"
PROGRAM: Final = "EVENHAND_CAPTURE"
_PURPOSE: Final = "have a link captured"


def capture_program() -> str:
    """Return the program that captures pages, "" where none is named: then nothing is fetched."""
    return os.environ.get(PROGRAM, "").strip()


def ask_for_capture(*, case: Case, upload: Upload, actor: ActorId) -> None:
    """Put the capture of a released link into the worker's queue. UsageError where nothing captures, or it waits."""
    if not capture_program():
        raise UsageError(_("Nothing is captured here: no program was named for it."))
    if Kind(upload.kind) is not Kind.LINK or upload.state != "cleared":
        raise UsageError(_("Only a link that was released can be captured."))
    last = last_capture(upload)
    if last is not None and not last.over:
        raise UsageError(_("It is being captured."))
    enqueue(JOB, {"case": case.id, "upload": upload.id, "actor": actor})


def last_capture(upload: Upload) -> Queued | None:
    """Return the last time a capture of a link was asked for, as the queue has it. One query."""
    return next((job for job in reversed(queued(JOB)) if job.payload["upload"] == upload.id), None)


def capture_asked(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job: check where the link leads, let the program capture it, take in what it brought.

    Begun anew after an interruption it may capture a page twice; each is what was there then.
    """
    actor, case = ActorId(payload["actor"]), Case.objects.get(pk=payload["case"])
    sealed = capture_of(payload["upload"]).link or ""
    link = open_texts([sealed], actor=actor, purpose=_PURPOSE, ctx=ctx)[sealed]
    check_public(link, _addresses)
    with tempfile.TemporaryDirectory(prefix=".capture.", dir=Home.here().root) as folder:
        archive = capture(capture_program(), link, into=Path(folder), most=MOST_IN_PARTS)
        with archive.open("rb") as stream:
            hand_in(
                sender=by_capture(case, actor), name=link, data=stream, ctx=ctx, most=MOST_IN_PARTS,
                place=Place(link, seen=True),
            )  # fmt: skip


def _addresses(host: str) -> Sequence[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
