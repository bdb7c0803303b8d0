"""Files from parties: sealed as they came, quarantined until a person clears them, never shown before (R24).

The bytes lie in the home's `uploads` folder under the key of the side that sent them: the report's for its sender, the
case's for the person complained about. A working copy without metadata is made in
memory when a cleared file is opened; what is marked do-not-look is never opened again.
"""

from __future__ import annotations

import io
import os
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.corpus.sealed_file import SALT, open_chunks, seal_chunks
from evenhand.errors import UsageError
from evenhand.evidence.uploads import Stripped, strip
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Party, Upload
from evenhand.web.cases.periods import moment
from evenhand.web.cases.queries import files_from, side_of_files
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.keys import unwrap
from evenhand.web.record.reads import log_reads
from evenhand.web.record.unit import recording

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_FILES: Final = 40
_PURPOSE: Final = "add a file"


def add_file(*, party: Party, name: str, data: bytes, ctx: Context) -> str:
    """Seal a file a party sends and return its id; it is quarantined. Nobody has looked at it when this returns.

    Raises UsageError for what is too large, too many, or of no kind we take. The sealed bytes are durable before the
    row that names them; bytes without a row are swept.
    """
    _check(party, data)
    found = strip(data)
    actor, key, new = ActorId(party.id), KeyId(party.key), ctx.new_id()
    _write(new, data, unwrap(key, actor=actor, purpose=_PURPOSE), ctx)
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        digest = sha256(data)
        content = {"content": digest.digest()}
        with acting(r, "evidence.quarantined", key=key, case=party.case, obj=new, commitments=content) as act:
            act.insert(
                Upload(
                    **side_of_files(party), id=new, key=key, kind=str(found.kind), size=len(data), state="quarantined",
                    sha256=act.seal("upload.sha256", digest.hexdigest()), name=act.seal("upload.name", name[:200]),
                    removed=",".join(found.removed)[:200], received_at=moment(ctx),
                )
            )  # fmt: skip
    return new


def clear(*, upload: Upload, actor: ActorId, ctx: Context, restrict: bool) -> None:
    """Release a file from quarantine, or mark it do-not-look, do-not-copy for good. Recorded either way."""
    if upload.state != "quarantined":
        raise UsageError(_("Somebody has already dealt with this file."), mend=_("Open the case again."))
    kind, state = ("evidence.restricted", "restricted") if restrict else ("evidence.cleared", "cleared")
    case = upload.party.case if upload.party else None  # what came with a report may belong to several cases
    with (
        recording(actor=actor, ctx=ctx, purpose="clear a file") as r,
        acting(r, kind, key=KeyId(upload.key), case=case, obj=upload.id) as act,
    ):
        act.change(upload, state=state)


def working_copy(*, upload: Upload, actor: ActorId, ctx: Context) -> Stripped:
    """Return a cleared file without its metadata; logged as a reading. UsageError for one that is not cleared."""
    if upload.state != "cleared":
        raise UsageError(_("This file is not released for viewing."), mend=_("A person has to clear it first."))
    key = KeyId(upload.key)
    data_key = unwrap(key, actor=actor, purpose="open a file")
    log_reads([(upload.id, key)], actor=actor, purpose="open a file", ctx=ctx)
    with _path(upload.id).open("rb") as sealed:
        data = b"".join(open_chunks(sealed, key=data_key, context=_context(upload.id)))
    return strip(data)


def sweep_uploads(ctx: Context) -> int:
    """Remove sealed bytes that no row names and that are older than a day; return how many. Due work, idempotent."""
    folder = _folder()
    if not folder.exists():
        return 0
    known = set(Upload.objects.values_list("id", flat=True))
    before = ctx.now().timestamp() - 24 * 3600
    stray = [path for path in folder.iterdir() if path.stem not in known and path.stat().st_mtime < before]
    for path in stray:
        path.unlink()
    return len(stray)


def _check(party: Party, data: bytes) -> None:
    if not data:
        raise UsageError(_("The file is empty."), mend=_("Choose it again."))
    if len(data) > MOST_BYTES:
        raise UsageError(_("The file is larger than 20 MB."), mend=_("Send a smaller picture, or a part of it."))
    if files_from(party).count() >= MOST_FILES:
        raise UsageError(_("You have already sent 40 files."), mend=_("Tell us in a message what else there is."))


def _write(new: str, data: bytes, key: bytes, ctx: Context) -> None:
    """Write the sealed bytes beside their place, then rename: whole and durable, or not there."""
    path = _path(new)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in seal_chunks(io.BytesIO(data), key=key, context=_context(new), salt=ctx.random(SALT)):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _context(upload: str) -> bytes:
    return b"evenhand/upload/v1\n" + upload.encode()


def _folder() -> Path:
    return Path(settings.HOME.root) / "uploads"


def _path(upload: str) -> Path:
    return _folder() / f"{upload}.sealed"
