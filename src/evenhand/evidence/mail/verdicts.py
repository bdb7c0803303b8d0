"""What the signatures of a mail say, from its raw bytes and the keys that were kept. Works without a network.

The library (dkimpy) computes; the rules that make a signature worth something as evidence are ours, because the
library accepts a partly signed body and forgets that time passes: it refuses today what was valid when it came.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.evidence.mail.keys import FOUND, NO_ANSWER, KeyAnswer, Keys, header_fields

LEAST_BITS: Final = 1024
STRONG_BITS: Final = 2048
MOST_SIGNATURES: Final = 8
_LATE_S: Final = 10 * 3600
_WITHDRAWN: Final = re.compile(r"(?:^|;)\s*p\s*=\s*(?:;|$)")
"""A key record that says that there is no key any more (RFC 6376 §3.6.1)."""
_SILENT: Final = logging.getLogger("evenhand.evidence.mail")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class State(StrEnum):
    """What became of a signature. TEMPERROR may change when somebody asks again; the others do not."""

    PASS = "pass"  # noqa: S105 a verdict, not a password
    FAIL = "fail"
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"
    PARTIAL = "partial"

    @property
    def words(self) -> str:
        """The state in plain words."""
        return _WORDS[self]


_WORDS: Final[Mapping[State, str]] = {
    State.PASS: "the signature is valid under the key that was kept",
    State.FAIL: "the signature does not hold",
    State.NONE: "the mail bears no signature",
    State.TEMPERROR: "the signature could not be checked: its key was not fetched, or nobody answered",
    State.PERMERROR: "the signature or its key cannot be used",
    State.PARTIAL: "only a part of the text is signed; anything may have been added behind it",
}
WEAK, EXPIRED, TESTING = "weak_key", "expired", "testing"
NOTE_WORDS: Final[Mapping[str, str]] = {
    WEAK: "its key is weak by today’s measure",
    EXPIRED: "the signature had expired when its key was fetched",
    TESTING: "the domain says that it is only testing its signatures",
}
_ORDER: Final = (State.PASS, State.PARTIAL, State.TEMPERROR, State.FAIL, State.PERMERROR)


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM signature: its state, its domain, whether that is the sender's, the reason, and notes by code."""

    state: State
    domain: str = ""
    selector: str = ""
    aligned: bool = False
    bits: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arc:
    """The chain of those who passed a mail on: none, pass, fail, temperror, and their domains, the latest first."""

    state: State
    domains: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MailVerdict:
    """What a mail's signatures are worth. `days`: from its Date header to when the key was fetched, None if unknown.

    `fetched_at`: None where no key that can be used was fetched, whatever the answer was.
    """

    state: State
    domain: str
    aligned: bool
    signatures: tuple[Signature, ...]
    arc: Arc
    from_domain: str
    date: datetime | None
    fetched_at: datetime | None
    days: int | None
    notes: tuple[str, ...] = field(default=())

    @property
    def lifts(self) -> bool:
        """Whether it is a mail with a valid signature of its sender's own domain (grade P3)."""
        return self.state is State.PASS and self.aligned

    def plain(self) -> dict[str, Any]:
        """Return it as it is kept beside the mail."""
        return {
            "state": self.state.value, "domain": self.domain, "aligned": self.aligned, "from_domain": self.from_domain,
            "date": self.date.isoformat() if self.date else "", "days": self.days, "notes": list(self.notes),
            "fetched_at": self.fetched_at.astimezone(UTC).isoformat() if self.fetched_at else "",
            "arc": {"state": self.arc.state.value, "domains": list(self.arc.domains), "reason": self.arc.reason},
            "signatures": [
                {
                    "state": each.state.value, "domain": each.domain, "selector": each.selector, "reason": each.reason,
                    "aligned": each.aligned, "bits": each.bits, "notes": list(each.notes),
                }
                for each in self.signatures
            ],
        }  # fmt: skip


def examine_mail(message: bytes, keys: Keys) -> MailVerdict:
    """Return what the signatures of a mail say under the kept keys; the best one speaks for it.

    Repeatable: the same bytes and keys give the same verdict on any day. Never raises for a mail, however broken.
    UsageError where the library is not installed.
    """
    try:
        import dkim
    except ImportError as error:
        raise UsageError(
            "signatures of mail need dkimpy", mend="Install it with: pip install 'evenhand[desk]'."
        ) from error
    headers = header_fields(message)
    senders = [value for name, value in headers if name == b"from"]
    from_domain = _domain_of(senders[0]) if len(senders) == 1 else ""
    mail = _Mail(dkim, message, len(senders), from_domain, keys)
    written = [value for name, value in headers if name == b"dkim-signature"][:MOST_SIGNATURES]
    found = [_signature(mail, place, value) for place, value in enumerate(written)]
    best = min(found, key=lambda each: (_ORDER.index(each.state), not each.aligned), default=Signature(State.NONE))
    answer = keys.answer(f"{best.selector}._domainkey.{best.domain}") if best.selector else None
    date = _date(message)
    usable = answer is not None and answer.state == FOUND and best.state is not State.PERMERROR
    fetched = answer.asked_at if answer is not None and usable else None
    days = (fetched - date).days if fetched is not None and date is not None else None
    return MailVerdict(
        state=best.state, domain=best.domain, aligned=best.aligned, signatures=tuple(found),
        arc=_arc(mail), from_domain=from_domain, date=date, fetched_at=fetched, days=days, notes=best.notes,
    )  # fmt: skip


_QUOTED: Final = re.compile(rb'\([^()]{0,500}\)|"(?:[^"\\]|\\.){0,500}"')


def _domain_of(sender: bytes) -> str:
    """Return the domain of a From field that names one address; empty where it names none or several."""
    plain = _QUOTED.sub(b"", sender[:4_000])
    addresses = re.findall(rb"<([^<>]{0,500})>", plain) or [plain]
    if len(addresses) != 1 or b"," in plain or addresses[0].count(b"@") != 1:
        return ""
    domain = addresses[0].partition(b"@")[2].strip().lower().rstrip(b".")
    return domain.decode("ascii") if re.fullmatch(rb"[a-z0-9.-]{1,253}", domain) else ""


@dataclass(frozen=True, slots=True)
class _Mail:
    """One mail, and what all its signatures are judged by."""

    tool: Any
    raw: bytes
    senders: int
    from_domain: str
    keys: Keys


def _signature(mail: _Mail, place: int, value: bytes) -> Signature:
    dkim = mail.tool
    try:
        tags = dkim.parse_tag_value(value)
        dkim.validate_signature_fields({name: each for name, each in tags.items() if name not in (b"x", b"t")})
        domain, selector = tags[b"d"].decode("ascii").lower(), tags[b"s"].decode("ascii").lower()
    except Exception as error:  # noqa: BLE001 the library raises whatever a hostile field makes it raise
        return Signature(State.PERMERROR, reason=_said(error))
    aligned = _aligned(domain, mail.from_domain)
    named = {"domain": domain, "selector": selector, "aligned": aligned}
    signed = [name.strip().lower() for name in tags[b"h"].split(b":")]
    if b"from" not in signed or mail.senders != 1:
        why = "the sender's field is not signed" if b"from" not in signed else "there is not exactly one sender's field"
        return Signature(State.FAIL, reason=why, **named)
    answer = mail.keys.answer(f"{selector}._domainkey.{domain}")
    if answer is None or answer.state == NO_ANSWER:
        why = "its key was not fetched" if answer is None else "nobody answered when its key was asked for"
        return Signature(State.TEMPERROR, reason=why, **named)
    if answer.state != FOUND:
        return Signature(State.PERMERROR, reason="the domain publishes no such key", **named)
    if _WITHDRAWN.search(answer.text):  # before anything is computed: a changed text would hide that there is no key
        return Signature(State.PERMERROR, reason="the domain has withdrawn this key", **named)
    state, bits, reason = _verified(mail, place, tags, answer)
    if state is State.PASS and bits and bits < LEAST_BITS:
        state, reason = State.FAIL, f"its key has {bits} bits; less than {LEAST_BITS} can be forged"
    if state is State.PASS and b"l" in tags:
        state, reason = State.PARTIAL, "it covers only the beginning of the text"
    notes = () if state is State.PERMERROR else _notes(tags, answer, bits)  # they speak of a key, and there is none
    return Signature(state, bits=bits, reason=reason, notes=notes, **named)


def _verified(mail: _Mail, place: int, tags: dict[bytes, bytes], answer: KeyAnswer) -> tuple[State, int, str]:
    """Compute one signature; its times are judged apart, so the verdict does not change with the day it is asked."""
    dkim = mail.tool
    try:
        tool = dkim.DKIM(mail.raw, logger=_SILENT, minkey=0)
        field = [pair for pair in tool.headers if pair[0].lower() == b"dkim-signature"][place]
        tool.domain, tool.selector, tool.signature_fields = tags[b"d"], tags[b"s"], tags
        names = [name.lower() for name in re.split(rb"\s*:\s*", tags[b"h"])]
        key = answer.text.encode("ascii")
        holds = tool.verify_sig(tags, names, field, lambda _name, timeout=5: key)
        bits = int(getattr(tool, "keysize", 0) or 0)
    except dkim.ValidationError as error:
        return State.FAIL, 0, _said(error)
    except dkim.NaClNotFoundError:
        return State.TEMPERROR, 0, "its kind of key (Ed25519) cannot be checked by this installation"
    except Exception as error:  # noqa: BLE001 the library raises whatever a hostile mail or key makes it raise
        return State.PERMERROR, 0, _said(error)
    if getattr(tool, "pk", None) is None:
        return State.PERMERROR, 0, "the key that was published cannot be read"
    return (State.PASS, bits, "") if holds else (State.FAIL, bits, "the header fields were changed")


def _notes(tags: Mapping[bytes, bytes], answer: KeyAnswer, bits: int) -> tuple[str, ...]:
    notes = []
    if bits and bits < STRONG_BITS:
        notes.append(WEAK)
    expires = tags.get(b"x", b"")
    if expires.isdigit() and int(expires) + _LATE_S < answer.asked_at.timestamp():
        notes.append(EXPIRED)
    if re.search(r"(?:^|;)\s*t\s*=\s*[a-z:]*\by\b", answer.text):
        notes.append(TESTING)
    return tuple(notes)


def _aligned(domain: str, from_domain: str) -> bool:
    """Return whether a signing domain is the sender's, or above or below it (relaxed alignment).

    Without a list of public suffixes a common parent alone is not enough: two shops under one registry would align.
    """
    if not domain or not from_domain or "." not in domain or "." not in from_domain:
        return False
    return domain == from_domain or from_domain.endswith(f".{domain}") or domain.endswith(f".{from_domain}")


def _arc(mail: _Mail) -> Arc:
    missing: list[str] = []

    def kept(name: Any, timeout: int = 5) -> bytes | None:
        text = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
        answer = mail.keys.answer(text)
        if answer is None or answer.state == NO_ANSWER:
            missing.append(text)
        return answer.text.encode("ascii", "replace") if answer is not None and answer.state == FOUND else None

    try:
        state, results, reason = mail.tool.ARC(mail.raw, logger=_SILENT, minkey=LEAST_BITS).verify(dnsfunc=kept)
    except Exception as error:  # noqa: BLE001 as above
        return Arc(State.PERMERROR, reason=_said(error))
    domains = tuple(_text(result.get("as-domain", b"")) for result in results)[:MOST_SIGNATURES]
    if state == b"pass":
        return Arc(State.PASS, domains)
    if state == b"none":
        return Arc(State.NONE)
    if missing:
        return Arc(State.TEMPERROR, domains, "a key of the chain was not fetched")
    return Arc(State.FAIL, domains, str(reason)[:200])


def _date(message: bytes) -> datetime | None:
    try:
        written = message_from_bytes(message[: 1 << 18], policy=policy.compat32)["Date"]
        found = parsedate_to_datetime(str(written))
    except Exception:  # noqa: BLE001 the standard library raises many things for a broken date
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _said(error: Exception) -> str:
    return re.sub(r"[^ -~]", "?", str(error) or type(error).__name__)[:200]


def _text(value: Any) -> str:
    return value.decode("ascii", "replace")[:253] if isinstance(value, bytes) else str(value)[:253]
