"""Signatures of mail: each state with generated mails, later checks from the kept key, no network anywhere."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.evidence.mail import KeyAnswer, Keys, MailVerdict, State, examine_mail, names_to_ask

MAIL = (
    b"From: Kit Skua <kit@post.example>\r\nTo: robin@house.example\r\nSubject: a letter\r\n"
    b"Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@post.example>\r\n\r\nYou clown.\r\n"
)
ASKED_AT = datetime(2026, 3, 12, 10, tzinfo=UTC)
NAME = "s1._domainkey.post.example"


@cache
def pair(bits: int) -> tuple[bytes, str]:
    """Return a private key as the signer takes it, and the TXT record that publishes the public one."""
    if bits < 1024:
        return small_pair(bits)
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return private, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def small_pair(bits: int) -> tuple[bytes, str]:
    """Return a pair so short that no library makes it any more."""
    luck = random.Random(7)

    def prime() -> int:
        while True:
            n = luck.getrandbits(bits // 2) | 1 | 3 << (bits // 2 - 2)
            if n % 65537 != 1 and all(pow(a, n - 1, n) == 1 for a in (2, 3, 5, 7, 11)):
                return n

    def der(tag: int, body: bytes) -> bytes:
        size = len(body)
        head = bytes((size,)) if size < 128 else bytes((0x82,)) + size.to_bytes(2, "big")
        return bytes((tag,)) + head + body

    def number(n: int) -> bytes:
        return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))

    p, q, e = prime(), prime(), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    parts = (0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    private = der(0x30, b"".join(map(number, parts)))
    inner = der(3, b"\0" + der(0x30, number(p * q) + number(e)))
    public = der(0x30, bytes.fromhex("300d06092a864886f70d0101010500") + inner)
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + base64.encodebytes(private) + b"-----END RSA PRIVATE KEY-----\n"
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(mail: bytes = MAIL, *, domain: bytes = b"post.example", bits: int = 2048, **more: object) -> bytes:
    return dkim.sign(mail, b"s1", domain, pair(bits)[0], **more) + mail


def keys(text: str | None = None, *, name: str = NAME, state: str = "found") -> Keys:
    return Keys((KeyAnswer(name, state, pair(2048)[1] if text is None else text, "192.0.2.53", ASKED_AT),))


def verdict(mail: bytes, found: Keys | None = None) -> MailVerdict:
    return examine_mail(mail, keys() if found is None else found)


def test_a_valid_signature_of_the_senders_own_domain_lifts() -> None:
    found = verdict(signed())
    assert (found.state, found.domain, found.aligned, found.lifts) == (State.PASS, "post.example", True, True)
    assert found.days == 10 and found.fetched_at == ASKED_AT and found.from_domain == "post.example"
    assert found.notes == ()


def test_lines_that_end_in_one_byte_are_read_as_well() -> None:
    assert verdict(signed().replace(b"\r\n", b"\n")).state is State.PASS


@pytest.mark.parametrize(("old", "new"), [(b"clown", b"crown"), (b"a letter", b"b letter"), (b"Kit", b"Kim")])
def test_one_changed_byte_fails(old: bytes, new: bytes) -> None:
    found = verdict(signed().replace(old, new))
    assert found.state is State.FAIL and not found.lifts


def test_no_signature() -> None:
    assert verdict(MAIL).state is State.NONE
    assert verdict(MAIL).days is None


def test_a_key_that_nobody_fetched_leaves_the_question_open() -> None:
    found = verdict(signed(), Keys())
    assert found.state is State.TEMPERROR and "not fetched" in found.signatures[0].reason
    assert verdict(signed(), keys(state="no_answer")).state is State.TEMPERROR


@pytest.mark.parametrize("text", ["", "v=DKIM1; k=rsa; p=", "v=DKIM1; k=rsa; p=AAAA", "v=DKIM9; p=x", "no key at all"])
def test_a_key_that_is_no_key_is_a_permanent_error(text: str) -> None:
    assert verdict(signed(), keys(text)).state is State.PERMERROR


def test_a_key_that_was_withdrawn_and_a_broken_signature_are_permanent_errors() -> None:
    assert verdict(signed(), keys(state="no_key", text="")).state is State.PERMERROR
    assert verdict(b"DKIM-Signature: v=1; nonsense\r\n" + MAIL).state is State.PERMERROR
    assert verdict(b"DKIM-Signature: \xff\xfe\r\n" + MAIL).state is State.PERMERROR


@pytest.mark.parametrize("found", [keys(state="no_key", text=""), keys("v=DKIM1; k=rsa; p="), keys("no key at all")])
def test_an_answer_that_is_no_key_is_no_fetched_key(found: Keys) -> None:
    for mail in (signed(), expired()):
        said = verdict(mail, found)
        assert (said.state, said.fetched_at, said.days, said.notes) == (State.PERMERROR, None, None, ())


def test_a_changed_text_does_not_hide_that_the_key_was_withdrawn() -> None:
    for text in ("v=DKIM1; k=rsa; p=", "v=DKIM1; p = ; t=s"):
        found = verdict(signed().replace(b"clown", b"crown"), keys(text))
        assert found.state is State.PERMERROR and "withdrawn" in found.signatures[0].reason
    assert verdict(signed().replace(b"clown", b"crown")).fetched_at == ASKED_AT


def test_another_key_of_the_same_name_fails() -> None:
    assert verdict(signed(), keys(pair(1024)[1])).state is State.FAIL


def test_a_body_signed_in_part_is_partial_and_lifts_nothing() -> None:
    mail = signed(length=True)
    assert b"l=" in mail
    assert verdict(mail).state is State.PARTIAL
    longer = verdict(mail + b"And much worse.\r\n")
    assert longer.state is State.PARTIAL and not longer.lifts, "added words do not break it: so it proves little"


def test_a_sender_that_is_not_signed_or_stands_there_twice_fails() -> None:
    only = dkim.DKIM(MAIL, logger=None)
    only.should_sign = {b"subject"}
    tags = signed(include_headers=[b"from", b"subject"])
    assert verdict(tags).state is State.PASS
    unsigned = re.sub(rb"h=from : subject", b"h=subject", re.sub(rb"h=from ?: ?subject", b"h=subject", tags))
    found = verdict(unsigned)
    assert found.state is State.FAIL and "not signed" in found.signatures[0].reason
    twice = verdict(b"From: Robin <robin@house.example>\r\n" + signed())
    assert twice.state is State.FAIL and "exactly one" in twice.signatures[0].reason


def test_the_length_of_the_key() -> None:
    weak = verdict(signed(bits=1024), keys(pair(1024)[1]))
    assert weak.state is State.PASS and weak.lifts and weak.notes == ("weak_key",)
    short = verdict(signed(bits=768), keys(pair(768)[1]))
    assert short.state is State.FAIL and "768 bits" in short.signatures[0].reason


def expired() -> bytes:
    """Sign with a day after which the signature is not to be used: a few days before its key was fetched."""
    tool = dkim.DKIM(MAIL, logger=None)
    made = tool.gen_header
    tool.gen_header = lambda fields, *rest, **more: made(
        [*fields[:-1], (b"x", b"1772600000"), fields[-1]], *rest, **more
    )
    return tool.sign(b"s1", b"post.example", pair(2048)[0]) + MAIL


def test_expired_and_testing_are_noted_and_the_verdict_does_not_change_with_the_day() -> None:
    found = verdict(expired())
    assert found.state is State.PASS, "the library alone would refuse it today"
    assert found.notes == ("expired",)
    testing = verdict(signed(), keys(pair(2048)[1].replace("k=rsa", "k=rsa; t=y")))
    assert testing.state is State.PASS and testing.notes == ("testing",)


@pytest.mark.parametrize(
    ("sender", "domain", "aligned"),
    [
        (b"kit@post.example", b"post.example", True),
        (b"Kit <kit@news.post.example>", b"post.example", True),
        (b"kit@post.example", b"mail.post.example", True),
        (b"kit@post.example", b"other.example", False),
        (b"kit@post.example", b"xpost.example", False),
        (b"kit@post.example", b"example", False),
        (b'"kit@other.example" <kit@post.example>', b"other.example", False),
        (b"kit@post.example, robin@other.example", b"post.example", False),
        (b"<kit@post.example> <robin@other.example>", b"other.example", False),
        (b"no address", b"post.example", False),
    ],
)
def test_alignment(sender: bytes, domain: bytes, aligned: bool) -> None:
    mail = signed(MAIL.replace(b"Kit Skua <kit@post.example>", sender), domain=domain)
    found = verdict(mail, keys(name=f"s1._domainkey.{domain.decode()}"))
    assert (found.state, found.aligned, found.lifts) == (State.PASS, aligned, aligned)


def test_of_several_signatures_the_best_speaks() -> None:
    mail = signed(signed(), domain=b"other.example")
    both = Keys((
        KeyAnswer(NAME, "found", pair(2048)[1], "r", ASKED_AT),
        KeyAnswer("s1._domainkey.other.example", "found", pair(2048)[1], "r", ASKED_AT),
    ))  # fmt: skip
    found = verdict(mail, both)
    assert found.domain == "post.example" and found.lifts and len(found.signatures) == 2


class Result:
    method = "dkim"

    def __str__(self) -> str:
        return "dkim=pass"


def test_the_chain_of_those_who_passed_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    # The signer reads what it passes on through another library, which checking does not need.
    read = SimpleNamespace(parse=lambda _text: SimpleNamespace(authserv_id="relay.example", results=[Result()]))
    monkeypatch.setattr(dkim, "authres", SimpleNamespace(AuthenticationResultsHeader=read), raising=False)
    received = b"Authentication-Results: relay.example; dkim=pass header.d=post.example\r\n" + signed()
    lines = dkim.arc_sign(received, b"s1", b"relay.example", pair(2048)[0], b"relay.example")
    mail = b"".join(lines) + received
    both = Keys((
        KeyAnswer(NAME, "found", pair(2048)[1], "r", ASKED_AT),
        KeyAnswer("s1._domainkey.relay.example", "found", pair(2048)[1], "r", ASKED_AT),
    ))  # fmt: skip
    assert names_to_ask(mail) == ("s1._domainkey.relay.example", NAME)
    found = verdict(mail, both)
    assert found.arc.state is State.PASS and found.arc.domains == ("relay.example",) and found.lifts
    assert verdict(mail).arc.state is State.TEMPERROR
    broken = verdict(mail.replace(b"clown", b"crown"), both)
    assert broken.arc.state is State.FAIL and not broken.lifts, "a chain lifts nothing by itself"
    assert verdict(signed()).arc.state is State.NONE


def test_the_kept_key_is_enough_later() -> None:
    answer = KeyAnswer(NAME, "found", pair(2048)[1], "192.0.2.53", ASKED_AT)
    kept: Mapping[str, str] = answer.plain()
    assert KeyAnswer.of(kept) == answer
    assert verdict(signed(), Keys((KeyAnswer.of(kept),))).plain() == verdict(signed()).plain()
    with pytest.raises(UsageError, match="damaged"):
        KeyAnswer.of({"name": "x"})


def test_names_are_read_from_folded_fields_and_only_a_few_are_asked_for() -> None:
    folded = b"DKIM-Signature: v=1; a=rsa-sha256;\r\n\td=Post.Example; s=S1;\r\n h=from; bh=; b=\r\n" + MAIL
    assert names_to_ask(folded) == (NAME,)
    many = b"".join(b"DKIM-Signature: d=d%d.example; s=s\r\n" % n for n in range(100))
    assert len(names_to_ask(many + MAIL)) == 16
    assert names_to_ask(b"DKIM-Signature: d=x y; s=../../etc\r\n" + MAIL) == ()


@settings(max_examples=40, deadline=None)
@given(at=st.integers(0, 900), piece=st.binary(max_size=40))
def test_no_mail_however_broken_raises(at: int, piece: bytes) -> None:
    whole = signed()
    mail = whole[:at] + piece + whole[at + len(piece) :]
    assert verdict(mail).state in State
    names_to_ask(mail)
