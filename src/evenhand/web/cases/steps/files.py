"""Files from parties: sealed as they came, quarantined until a person clears them, never shown before (R24).

The bytes lie in the vault under the key of the side that sent them: the report's for its sender, the case's for the
person complained about. A working copy without metadata is derived when a cleared file is first opened, and kept
beside the original; what is marked do-not-look is never opened again.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.apart import strip_apart
from evenhand.evidence.grades import ProvenanceClass
from evenhand.evidence.links import given_link
from evenhand.evidence.uploads import Kind, Stripped
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Party, Upload
from evenhand.web.cases.periods import moment
from evenhand.web.cases.senders import Channel, Sender, by_party
from evenhand.web.cases.steps.worth import judge_mail, keep_facts
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.unit import recording
from evenhand.web.vault.objects import Capture, derive, derived_of, open_object, prepare, read_object, row_of
from evenhand.web.vault.objects import restrict as bar
from evenhand.web.vault.turns import beside_no_erasure, check_blob, is_erased

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ADDRESS: Final = 2_000
NOBODY: Final = "nobody"
REFERRED: Final = ("liaison", "police", "hotline", NOBODY)
"""Whom one can have told of a file that nobody may look at."""
COPY: Final = "working copy without metadata"
"""The method by which a working copy is derived, as its leaf commits to it."""
_PURPOSE: Final = "add a file"
_OPEN: Final = "open a file"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is said to come from, and whether whoever hands it in has just seen it there themselves."""

    address: str = ""
    seen: bool = False


NOWHERE: Final = Place()


def add_file(*, party: Party, name: str, data: bytes | BinaryIO, ctx: Context, most: int = MOST_BYTES) -> str:
    """Seal a file a party sends by its page and return its id; as `hand_in`."""
    return hand_in(sender=by_party(party), name=name, data=data, ctx=ctx, most=most)


def hand_in(
    *, sender: Sender, name: str, data: bytes | BinaryIO, ctx: Context, most: int = MOST_BYTES, place: Place = NOWHERE,
    new: str = "",
) -> str:  # fmt: skip
    """Seal a file and return its id; it is quarantined. Nobody has looked at it when this returns.

    `new`: the id it gets (hex32), one of its own by default.

    Raises UsageError for what is too large, too many, of no kind we take, or for a case that is being erased. The
    sealed bytes are durable before the row that names them; bytes without a row are swept. Only an officer can have
    seen a place: what a side says about itself is what it says.
    """
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    _check(sender, stream, most)
    found = strip_apart(stream)
    stream.seek(0)
    new = new or ctx.new_id()
    _take_in(sender, stream, found.kind, name, new, ctx=ctx, place=place, removed=found.removed)
    # Who signed it is found out at once, as keys of mail are withdrawn; nothing of it is shown before it is released.
    keep_facts(new, found.facts, actor=sender.actor, ctx=ctx)
    if found.kind is Kind.MAIL:
        judge_mail(new, actor=sender.actor, ctx=ctx)
    return new


def hand_in_link(*, sender: Sender, link: str, ctx: Context) -> str:
    """Seal a link as it was given and return its id; it is quarantined like a file, and nothing is fetched.

    By itself it is an assertion: there is no capture until somebody hands one in, or has one made. Raises UsageError
    for what is no address of a page, or one too many.
    """
    given = given_link(link)
    may_send(sender)
    new = ctx.new_id()
    _take_in(sender, io.BytesIO(f"{given}\n".encode()), Kind.LINK, given, new, ctx=ctx, place=Place(given))
    return new


def _take_in(
    sender: Sender, stream: BinaryIO, kind: Kind, name: str, new: str, *, ctx: Context, place: Place,
    removed: Sequence[str] = (),
) -> None:  # fmt: skip
    """Seal bytes and write down how they came, in one unit of work."""
    actor, key = sender.actor, sender.key
    made = prepare(stream, key=key, scope=key, actor=actor, purpose=_PURPOSE, ctx=ctx)
    seen = moment(ctx) if place.address and place.seen and sender.channel is not Channel.PAGE else None
    shape = ProvenanceClass.PLATFORM_API if sender.channel is Channel.CAPTURE else ProvenanceClass.USER_STATEMENT
    capture = Capture(sender.channel.value, shape.value, collector=actor, observed_at=seen)
    row = row_of(
        made, obj=new, kind=str(kind), ctx=ctx, actor=actor, purpose=_PURPOSE, capture=capture, case=sender.of_case
    )
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        beside_no_erasure()
        _check_there(sender)
        check_blob(made.blob)
        with acting(
            r, "evidence.quarantined", key=key, case=sender.case, obj=new, commitments=made.commitments
        ) as act:  # fmt: skip
            row.link = act.seal("upload.link", place.address[:MOST_ADDRESS]) if place.address else None
            act.insert(row)
            act.insert(
                Upload(
                    **sender.columns, id=new, key=key, kind=str(kind), size=made.written.size, state="quarantined",
                    name=act.seal("upload.name", name[:200]), removed=",".join(removed)[:200],
                    received_at=moment(ctx),
                )
            )  # fmt: skip


def clear(*, upload: Upload, actor: ActorId, ctx: Context, restrict: bool, told: str = NOBODY) -> None:
    """Release a file from quarantine, or mark it do-not-look, do-not-copy for good. Recorded either way.

    `told`: who was told of a file that is marked (a word of REFERRED), on record with the marking (R24).
    """
    if upload.state != "quarantined":
        raise UsageError(_("Somebody has already dealt with this file."), mend=_("Open the case again."))
    kind, state = ("evidence.restricted", "restricted") if restrict else ("evidence.cleared", "cleared")
    # What came with a report may belong to several cases.
    case = upload.party.case if upload.party else upload.case
    with (
        recording(actor=actor, ctx=ctx, purpose="clear a file") as r,
        acting(r, kind, key=KeyId(upload.key), case=case, obj=upload.id) as act,
    ):
        if restrict:
            act.rows.append(bar(upload.id))
            act.fact(referred=told)
        act.change(upload, state=state)


def working_copy(*, upload: Upload, actor: ActorId, ctx: Context) -> Stripped:
    """Return a cleared file without its metadata; logged as a reading. UsageError for one that is not cleared."""
    if upload.state != "cleared":
        raise UsageError(_("This file is not released for viewing."), mend=_("A person has to clear it first."))
    if made := derived_of(upload.id, COPY):
        data = read_object(made[0].id, actor=actor, purpose=_OPEN, ctx=ctx)
        return Stripped(Kind(upload.kind), data, tuple(filter(None, upload.removed.split(","))))
    with open_object(upload.id, actor=actor, purpose=_OPEN, ctx=ctx) as stream:
        copy = strip_apart(cast("BinaryIO", stream))
    derive(
        of=upload.id, method=COPY, data=copy.data, kind=str(copy.kind), actor=actor, purpose=_OPEN, ctx=ctx,
        facts={"removed": list(copy.removed)},
    )  # fmt: skip
    return copy


def may_send(sender: Sender) -> None:
    """Raise UsageError where there are as many files from one side as there may be, or the case was erased."""
    _check_there(sender)
    if sender.sent().count() < sender.most:
        return
    if sender.channel is Channel.PAGE:
        raise UsageError(_("You have already sent 40 files."), mend=_("Tell us in a message what else there is."))
    said = _("There are already %(n)d files from this side.") % {"n": sender.most}
    raise UsageError(said, mend=_("Put what belongs together into one archive."))


def _check_there(sender: Sender) -> None:
    """Raise UsageError where the case was erased, or its erasure has begun."""
    if is_erased(sender.case.id):
        raise UsageError(_("This case has been erased. Nothing more is taken in for it, and this was not kept."))


def _check(sender: Sender, stream: BinaryIO, most: int) -> None:
    """Raise UsageError for an empty file, one that is too large, or one too many. Nothing of it is read."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if not size:
        raise UsageError(_("The file is empty."), mend=_("Choose it again."))
    if size > most:
        raise UsageError(_("The file is larger than 20 MB."), mend=_("Send a smaller picture, or a part of it."))
    may_send(sender)
