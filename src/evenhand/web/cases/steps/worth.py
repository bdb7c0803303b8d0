"""What a file is worth as proof that something existed: from what was found in it, never from what somebody typed.

A mail's signatures are judged when it comes in, with the keys as they are then; the answers are kept beside it, derived
and sealed, and every later judgement uses these. Asking for a key is off until EVENHAND_MAIL_RESOLVER names a resolver.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from evenhand.context import Context
from evenhand.evidence.apart import mail_apart, names_apart
from evenhand.evidence.grades import Container, ProvenanceClass, Route
from evenhand.evidence.mail import KeyAnswer
from evenhand.evidence.uploads import Kind
from evenhand.web.cases.mail_keys import fetch_keys
from evenhand.web.cases.models import Upload
from evenhand.web.cases.senders import Channel
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.vault.objects import derive, derived_of, open_object, read_object
from evenhand.web.vault.queries import capture_of

KEYS: Final = "mail keys"
SIGNATURES: Final = "mail signatures"
ARCHIVE: Final = "web archive"
RESOLVER: Final = "EVENHAND_MAIL_RESOLVER"
_PURPOSE: Final = "judge a file"
_SIGNED: Final = frozenset({"anonymous", "domain"})


def mail_resolver() -> str:
    """Return the resolver that is asked for keys of mail signatures, "" where none is named: then nobody is."""
    return os.environ.get(RESOLVER, "").strip()


def judge_mail(upload: str, *, actor: ActorId, ctx: Context) -> Mapping[str, Any]:
    """Judge the signatures of a mail with the keys kept beside it, fetching them first where a resolver is named.

    What was found is kept; the same again makes nothing new. Raises UsageError for what is restricted.
    """
    with open_object(upload, actor=actor, purpose=_PURPOSE, ctx=ctx) as stream:
        answers = _kept(upload, actor, ctx) or _fetched(upload, stream, actor, ctx)
        said = mail_apart(stream, answers)
    _keep(upload, SIGNATURES, said, actor, ctx, parameters={"keys": len(answers)})
    return said


def keep_facts(upload: str, facts: Mapping[str, str], *, actor: ActorId, ctx: Context) -> None:
    """Keep what a look into a web archive found: who signed its list, how many records it holds."""
    if facts:
        _keep(upload, ARCHIVE, facts, actor, ctx, parameters={})


def found_in(upload: Upload, *, actor: ActorId, ctx: Context) -> Mapping[str, Any]:
    """Return what was found in a released file, {} for kinds in which nothing is looked for. A logged reading."""
    method = {Kind.MAIL: SIGNATURES, Kind.WACZ: ARCHIVE, Kind.WARC: ARCHIVE}.get(Kind(upload.kind))
    if method is None or upload.state != "cleared":
        return {}
    kept = derived_of(upload.id, method)
    if kept:
        said: Mapping[str, Any] = json.loads(read_object(kept[-1].id, actor=actor, purpose=_PURPOSE, ctx=ctx))
        return said
    # It came in before its signatures could be judged, or the machine stopped just then.
    return judge_mail(upload.id, actor=actor, ctx=ctx) if method is SIGNATURES else {}


def route_of(upload: Upload | None, found: Mapping[str, Any], **recorded: Any) -> Route:
    """Return how a file reached us, for its grade. `recorded`: the facts an assessor recorded (link, owners_own, …)."""
    kind = Kind(upload.kind) if upload is not None else None
    if recorded.get("captured_by_us"):
        return Route(ProvenanceClass.PLATFORM_API, **recorded)
    if kind is Kind.LINK:
        return Route(ProvenanceClass.USER_STATEMENT, capture_exists=False, **recorded)
    if kind is Kind.MAIL and found.get("state") == "pass":
        return Route(
            ProvenanceClass.SIGNED_CONTAINER, Container.MAIL, signature_valid=True,
            signature_aligned=bool(found.get("aligned")), domain=str(found.get("domain", "")), **recorded,
        )  # fmt: skip
    if kind is Kind.WACZ and found.get("signer") in _SIGNED:
        key = str(found.get("domain") or found.get("key", ""))
        return Route(ProvenanceClass.SIGNED_CONTAINER, Container.WACZ, signature_valid=True, domain=key, **recorded)
    if recorded.get("owners_own") or kind is Kind.EXPORT:
        return Route(ProvenanceClass.OWNER_EXPORT, **recorded)
    return Route(ProvenanceClass.USER_STATEMENT, **recorded)


def recorded_of(upload: Upload, *, actor: ActorId, ctx: Context) -> dict[str, Any]:
    """Return the facts that were recorded when a file was handed in, as `route_of` takes them. A logged reading.

    Where it is said to come from, whether an officer saw it there, whether its bytes are still what came in.
    """
    capture = capture_of(upload.id)
    texts = open_texts([capture.link], actor=actor, purpose=_PURPOSE, ctx=ctx) if capture.link else {}
    link = texts.get(capture.link or "", "")
    seen = bool(link) and capture.observed_at is not None
    return {
        "link": link, "link_seen_by_us": seen, "unchanged": not capture.changed,
        "captured_by_us": capture.channel == Channel.CAPTURE,
    }  # fmt: skip


def _kept(upload: str, actor: ActorId, ctx: Context) -> tuple[KeyAnswer, ...]:
    kept = derived_of(upload, KEYS)
    if not kept:
        return ()
    answers = json.loads(read_object(kept[-1].id, actor=actor, purpose=_PURPOSE, ctx=ctx))["answers"]
    return tuple(KeyAnswer.of(answer) for answer in answers)


def _fetched(upload: str, stream: BinaryIO | io.RawIOBase, actor: ActorId, ctx: Context) -> tuple[KeyAnswer, ...]:
    resolver = mail_resolver()
    names = names_apart(stream) if resolver else ()  # type: ignore[arg-type]
    if not names:
        return ()
    answers = fetch_keys(names, resolver=resolver, ctx=ctx)
    plain = {"answers": [answer.plain() for answer in answers]}
    _keep(upload, KEYS, plain, actor, ctx, parameters={"resolver": resolver}, deterministic=False)
    return answers


def _keep(
    upload: str, method: str, said: Mapping[str, Any], actor: ActorId, ctx: Context, *,
    parameters: Mapping[str, Any], deterministic: bool = True,
) -> None:  # fmt: skip
    data = json.dumps(said, sort_keys=True).encode()
    derive(
        of=upload, method=method, data=data, actor=actor, purpose=_PURPOSE, ctx=ctx, parameters=parameters,
        deterministic=deterministic,
    )  # fmt: skip
