"""Storing and reading objects: the one way in, the one way out.

    made = prepare(data, key=key, scope=key, actor=actor, purpose="add a file", ctx=ctx)   # key, then file: durable
    with recording(…) as r:
        keep(r, made, obj=new, kind="png", capture=Capture(channel="page"))                # row and leaf

    with open_object(new, actor=actor, purpose="open a file", ctx=ctx) as file:            # read row first
        file.read(100)

Two databases cannot commit together, so the key is durable before the file and the file before the row; what a crash
leaves over is swept after a day.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from evenhand import __version__
from evenhand.context import Context
from evenhand.errors import DoesNotHold, UsageError
from evenhand.vault.blobs import BlobStore, Gone, Written, blob_name, check_digest
from evenhand.vault.chunks import CHUNK, SALT, Damaged, SealedReader
from evenhand.web.home import Home
from evenhand.web.record.crypto import open_sealed, seal
from evenhand.web.record.documents import canonical
from evenhand.web.record.ids import BLOB_NAMES, SYSTEM, ActorId, KeyId, SealedId, hex_id
from evenhand.web.record.keys import (
    KeyRefused,
    blob_key,
    blob_keys,
    create_key,
    destroy_blob_key,
    keep_blob_key,
    unwrap,
)
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.queries import leaf_about
from evenhand.web.record.reads import log_reads, noting_refusal
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.vault.alarms import raise_alarm
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.turns import beside_no_erasure, check_blob
from evenhand.web.vault.words import State

CHECKED_FIRST: Final = 64 * 1024 * 1024
"""Up to this size a file is read and compared whole before its first byte is given out; larger ones chunk by chunk."""
SEALING: Final = ("evidence.sealed", "evidence.quarantined")
"""The leaves by which an original comes in."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that lies in the store and waits for its row."""

    blob: str
    key: KeyId
    scope: str
    written: Written

    @property
    def commitments(self) -> dict[str, bytes]:
        """What the leaf by which it comes in commits to."""
        return {"content": self.written.sha256}


@dataclass(frozen=True, slots=True)
class Capture:
    """How an object reached us. `link` and `declared_loss` are ids of sealed texts; times are aware."""

    channel: str = ""
    provenance_class: str = "user_statement"
    collector: ActorId | None = None
    observed_at: datetime | None = None
    claimed_at: datetime | None = None
    link: SealedId | None = None
    declared_loss: SealedId | None = None


def blob_store() -> BlobStore:
    """Return the store of this home."""
    return BlobStore(Home.here().vault)


def prepare(data: bytes | BinaryIO, *, key: KeyId, scope: str, actor: ActorId, purpose: str, ctx: Context) -> Sealed:
    """Seal a file into the store, before the unit of work that writes its row; key and file are durable on return.

    `key`: the data key of the case or subject that owns it. `scope`: within which the same bytes are kept once
    (hex32, the key itself as a rule). No plaintext touches the disk; memory does not grow with the size. Raises
    KeyRefused, NoKeyService, OSError.
    """
    data_key, names = unwrap(key, actor=actor, purpose=purpose), _name_key(ctx)
    blob, secret = ctx.new_id(), ctx.random(32)
    bound = _wrap_bound(blob, scope)
    keep_blob_key(blob, key, seal(data_key, secret, bound_to=bound, random=ctx.random))
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    try:
        written = blob_store().write(
            stream, key=secret, context=bytes.fromhex(blob), salt=ctx.random(SALT),
            name=lambda digest: blob_name(names, bytes.fromhex(hex_id(scope, "scope")), digest),
        )  # fmt: skip
    except BaseException:
        destroy_blob_key(blob)
        raise
    if not written.new:
        destroy_blob_key(blob)
        blob = _blob_of(written, key=key, data_key=data_key, scope=scope)
    return Sealed(blob, key, scope, written)


def row_of(
    made: Sealed, *, obj: str, kind: str, ctx: Context, actor: ActorId, purpose: str, capture: Capture,
    case: str | None = None, **derived: Any,
) -> VaultObject:  # fmt: skip
    """Return the row of a prepared file, for whoever inserts it in an act of their own with the leaf's `content`."""
    digest = seal(
        unwrap(made.key, actor=actor, purpose=purpose), made.written.sha256, bound_to=_digest_bound(obj),
        random=ctx.random,
    )  # fmt: skip
    return VaultObject(
        id=obj, key=made.key, scope=made.scope, case=case, blob=made.blob, name=made.written.name, digest=digest,
        size=made.written.size, kind=kind, received_at=ctx.now().replace(microsecond=0), channel=capture.channel,
        provenance_class=capture.provenance_class, collector=capture.collector, observed_at=capture.observed_at,
        claimed_at=capture.claimed_at, link=capture.link, declared_loss=capture.declared_loss, **derived,
    )  # fmt: skip


def keep(
    r: Recorder, made: Sealed, *, kind: str, capture: Capture, case: str | None = None, obj: str | None = None
) -> str:
    """Insert the row of a prepared original and its leaf `evidence.sealed` in the caller's unit; return its id."""
    beside_no_erasure()
    check_blob(made.blob)
    row = row_of(
        made, obj=obj or r.ctx.new_id(), kind=kind, ctx=r.ctx, actor=r.actor, purpose=r.purpose, capture=capture,
        case=case,
    )  # fmt: skip
    row.save(force_insert=True)
    r.add(
        type="evidence.sealed", key=made.key, case=case, obj=row.id, body={ROWS: [said(row)]},
        commitments=made.commitments,
    )  # fmt: skip
    return row.id


def is_kept(obj: str) -> bool:
    """Return whether an object of this id has a row already."""
    return VaultObject.objects.filter(pk=obj).exists()


def derive(
    *, of: str, method: str, data: bytes, actor: ActorId, purpose: str, ctx: Context, kind: str = "json",
    tool: str = "evenhand", version: str = __version__, parameters: Mapping[str, Any] | None = None,
    deterministic: bool = True, facts: Mapping[str, Any] | None = None, redacted: bool = False,
) -> str:  # fmt: skip
    """Store what was made from an object as an object of its own and return its id; the same again, the same id.

    Its leaf `evidence.derived` is about the source, refers to the leaf by which that came in, and commits to the new
    content and the method. `parameters`: words and numbers with which somebody else can repeat it; where they would
    not get the same bytes, `deterministic` is False. `facts`: what else the document says. `redacted`: parts of the
    source were taken out; its leaf is `evidence.redacted` and commits to the source's digest too. Raises UsageError for
    what is restricted or erased.
    """
    source = _readable(of)
    key, said_parameters = KeyId(source.key), canonical(dict(parameters or {})).decode()
    made = prepare(data, key=key, scope=source.scope, actor=actor, purpose=purpose, ctx=ctx)
    named = {"method": method, "tool": f"{tool} {version}", "parameters": said_parameters}
    again = VaultObject.objects.filter(source=source, name=made.written.name, state=State.OPEN, **named).first()
    if again is not None:
        return again.id
    row = row_of(
        made, obj=ctx.new_id(), kind=kind, ctx=ctx, actor=actor, purpose=purpose, capture=Capture(), case=source.case,
        source=source, deterministic=deterministic, **named,
    )  # fmt: skip
    row.provenance_class, row.channel = source.provenance_class, source.channel
    digest = digest_in(source, actor=actor, purpose=purpose)
    commitments = {**made.commitments, "method": method.encode()}
    body = {
        **named, **(facts or {}), "input": digest.hex(),
        "output": made.written.sha256.hex(), ROWS: [said(row)],
    }  # fmt: skip
    with recording(actor=actor, ctx=ctx, purpose=purpose) as r:
        beside_no_erasure()
        _readable(of)
        check_blob(made.blob)
        row.save(force_insert=True)
        r.add(
            type="evidence.redacted" if redacted else "evidence.derived", key=key, case=source.case, obj=source.id,
            ref=[sealing_leaf(source.id)], body=body,
            commitments=commitments | ({"source": digest} if redacted else {}),
        )  # fmt: skip
    return row.id


def derived_of(obj: str, method: str) -> list[VaultObject]:
    """Return what was made of an object by a method and is still there, oldest first."""
    found = VaultObject.objects.filter(source=obj, method=method).exclude(state=State.ERASED)
    return list(found.order_by("received_at", "id"))


def restrict(obj: str) -> list[Any]:
    """Mark an object do not look, do not copy, for good (R24); return the row as the caller's document says it."""
    row = VaultObject.objects.get(pk=obj)
    row.state = State.RESTRICTED.value
    row.save(update_fields=["state"])
    return said(row)


def open_object(obj: str, *, actor: ActorId, purpose: str, ctx: Context) -> io.BufferedReader:
    """Return the bytes of an object as a stream that can be read from any place; close it.

    The read row is committed before this returns; who is refused has a row as well. Up to 64 MiB the whole file is
    compared with its digest first; larger ones chunk by chunk. Raises UsageError for what is restricted or erased,
    KeyRefused without a seat, DoesNotHold where the bytes are not what came in: then the record says so and an alarm
    stands. No transaction.
    """
    row = _row(obj)
    read = [(row.id, KeyId(row.key))]
    with noting_refusal(read, actor=actor, purpose=purpose, ctx=ctx):
        _check_readable(row)
        data_key = unwrap(KeyId(row.key), actor=actor, purpose=purpose)
    log_reads(read, actor=actor, purpose=purpose, ctx=ctx)
    try:
        return io.BufferedReader(opened(row, data_key, whole=row.size <= CHECKED_FIRST), CHUNK)
    except DoesNotHold as error:
        raise_alarm(row, found="read", reason=reason_of(error), ctx=ctx)
        raise


def read_object(obj: str, *, actor: ActorId, purpose: str, ctx: Context) -> bytes:
    """Return the bytes of a small object at once; as `open_object`."""
    with open_object(obj, actor=actor, purpose=purpose, ctx=ctx) as file:
        return file.read()


def opened(row: VaultObject, data_key: bytes, *, whole: bool) -> SealedReader:
    """Return a reader of an object's bytes, compared with its digest first if `whole`; logs nothing.

    For the one reader above and the scrubber alone. Raises Damaged, Gone; KeyMissing where the key of the file is not
    there although nobody erased it.
    """
    try:
        wrapped = blob_key(row.blob)
    except KeyRefused as error:
        raise KeyMissing("the key of the file is not there", where=f"vault_object id {row.id}") from error
    secret = open_sealed(data_key, wrapped, bound_to=_wrap_bound(row.blob, row.scope))
    reader = blob_store().open(row.name, key=secret, context=bytes.fromhex(row.blob))
    if reader.size != row.size:
        reader.close()
        raise Damaged
    if whole:
        digest = open_sealed(data_key, row.digest, bound_to=_digest_bound(row.id))
        try:
            check_digest(reader, digest)
        except DoesNotHold:
            reader.close()
            raise
    return reader


class Restricted(KeyRefused):
    """The file is marked do not look, do not copy: whoever asks for it is refused, and that is noted."""


class KeyMissing(DoesNotHold):
    """The key of a file that nobody erased is not in the key store."""


def reason_of(error: DoesNotHold) -> str:
    """Return the word of an alarm for what was found."""
    if isinstance(error, KeyMissing):
        return "no_key"
    return "missing" if isinstance(error, Gone) else "changed"


def digest_in(row: VaultObject, *, actor: ActorId, purpose: str) -> bytes:
    """Return the SHA-256 (32 bytes) of an object as it came in."""
    data_key = unwrap(KeyId(row.key), actor=actor, purpose=purpose)
    return open_sealed(data_key, row.digest, bound_to=_digest_bound(row.id))


def sealing_leaf(obj: str) -> int:
    """Return the index of the leaf by which an original came in, for `ref`. Linear in the log."""
    for kind in SEALING[:-1]:
        try:
            return leaf_about(obj, kind)
        except UsageError:
            continue
    return leaf_about(obj, SEALING[-1])


def _readable(obj: str) -> VaultObject:
    row = _row(obj)
    _check_readable(row)
    return row


def _row(obj: str) -> VaultObject:
    row = VaultObject.objects.filter(pk=obj).first()
    if row is None:
        raise UsageError("there is no such file")
    return row


def _check_readable(row: VaultObject) -> None:
    if row.state == State.RESTRICTED:
        raise Restricted("this file is marked do not look, do not copy", mend="Ask the liaison officer.")
    if row.state == State.ERASED:
        raise UsageError("this file was erased; the log says when and why")


def _name_key(ctx: Context) -> bytes:
    """Return K_name, which lies with the keys; made on first use."""
    try:
        return unwrap(BLOB_NAMES, actor=SYSTEM, purpose="name a file")
    except KeyRefused:
        create_key(ctx=ctx, kind="organisation", key=BLOB_NAMES)
        return unwrap(BLOB_NAMES, actor=SYSTEM, purpose="name a file")


def _blob_of(written: Written, *, key: KeyId, data_key: bytes, scope: str) -> str:
    """Return which blob lies there already: one with a row, or one whose transaction never came and whose key opens it.

    Raises DoesNotHold where no key does.
    """
    known = VaultObject.objects.filter(name=written.name, key=key).exclude(state=State.ERASED).first()
    candidates = [known.blob] if known else [blob for blob, its_key, _ in blob_keys() if its_key == key]
    for blob in candidates:
        try:
            secret = open_sealed(data_key, blob_key(blob), bound_to=_wrap_bound(blob, scope))
            blob_store().open(written.name, key=secret, context=bytes.fromhex(blob)).close()
        except (DoesNotHold, KeyRefused):
            continue
        return blob
    raise DoesNotHold("a file lies under this name that no key opens", mend="Run: evenhand vault check.")


def _wrap_bound(blob: str, scope: str) -> bytes:
    return b"evenhand/wrap/v1\n" + bytes.fromhex(blob) + bytes.fromhex(scope)


def _digest_bound(obj: str) -> bytes:
    return b"evenhand/digest/v1\n" + obj.encode()
