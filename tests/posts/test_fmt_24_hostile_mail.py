"""FMT-T24, C24: the 21 hostile mails of FORMATS §8.1, mailboxes, and whose words a mail holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.fixtures.make_exports import MAIL
from tests.posts.written import made

DATE = b"Date: Mon, 01 Jan 2024 10:00:00 +0100\n"
TEXT = b"Content-Type: text/plain; charset=utf-8\n"
NESTED = b"From: c@e.org\nDate: Mon, 01 Jan 2024 09:00:00 -3000 (CST)\nSubject: inner\n\nx\n"


def mail(
    *more: bytes,
    sender: bytes = b"From: A <a@example.org>\n",
    date: bytes = DATE,
    kind: bytes = TEXT,
    body: bytes = b"hello\n",
    named: bytes = b"Message-ID: <1@example.org>\n",
) -> bytes:
    received = b"" if b"Resent" in b"".join(more) or not date else b"MIME-Version: 1.0\n"
    return (
        b"Subject: s\n" * (not any(m.startswith(b"Subject") for m in more))
        + sender
        + date
        + named
        + kind
        + received
        + (b"".join(more) + b"\n" + body)
    )


HOSTILE: dict[str, tuple[bytes, str]] = {
    "1 us-ascii with 8-bit": (
        mail(kind=b"Content-Type: text/plain; charset=us-ascii\n", body=b"caf\xe9\n"),
        "charset_wrong",
    ),
    "2 unknown charset": (mail(kind=b"Content-Type: text/plain; charset=x-unknown-7\n"), "charset_unknown"),
    "3 utf-8 that is none": (mail(body=b"a\xff\xfe\n"), "charset_wrong"),
    "4 zone -3000": (mail(date=b"Date: Mon, 01 Jan 2024 09:00:00 -3000 (CST)\n"), "date_unparsable"),
    "5 date with bytes": (mail(date=b"Date: Mon, 01 J\xe4n 2024 09:00:00 +0100\n"), "date_unparsable"),
    "6 only resent": (mail(b"Resent-Date: Mon, 01 Jan 2024 10:00:00 +0100\n", date=b""), "date_fallback"),
    "7 only the From line": (b"From a@e.org Mon Jan  1 09:00:00 2024\n" + mail(date=b""), "date_fallback"),
    "8 half an encoded word": (mail(b"Subject: (=?utf-8?q?a_b)\n"), "subject_defect"),
    "9 folded without a blank": (mail(b"Subject: =?utf-8?q?a?=\n=?utf-8?q?b?=\nX-More: 1\n"), "header_defect"),
    "10 a dot for a name": (mail(sender=b"From: . <a@example.org>\n"), "from_defect"),
    "11 at in words": (mail(sender=b"From: a at example.org (Name)\n"), "from_defect"),
    "12 bytes in headers": (mail(b"Subject: caf\xe9\n", sender=b"From: Caf\xe9 <a@example.org>\n"), "header_8bit"),
    "13 prose before the id": (mail(b"In-Reply-To: your mail of Monday <2@e.org>\n"), "reply_id_extracted"),
    "14 an id that is not closed": (mail(b"In-Reply-To: <2@e.org\n"), "reply_defect"),
    "15 curly quotes": (mail(kind="Content-Type: text/plain; charset*=”utf-8”\n".encode()), "content_type_defect"),
    "16 percent signs": (mail(kind=b"Content-Type: text/plain; charset*=%%%\"''\"%\n"), "content_type_defect"),
    "17 no boundary": (mail(kind=b"Content-Type: multipart/mixed\n"), "multipart_defect"),
    "18 a boundary that never comes": (mail(kind=b"Content-Type: multipart/mixed; boundary=zz\n"), "multipart_defect"),
    "19 only bytes": (mail(kind=b"Content-Type: binary/octet-stream\n", body=b"\0\1\2"), "no_text_body"),
    "20 a defect inside": (
        mail(
            kind=b"Content-Type: multipart/mixed; boundary=q\n",
            body=b"--q\nContent-Type: text/plain\n\nhi\n--q\nContent-Type: message/rfc822\n\n" + NESTED + b"\n--q--\n",
        ),
        "nested_defect",
    ),
    "21 no id": (mail(named=b""), "message_id_missing"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_has_its_flag_and_its_bytes(tmp_path: Path, name: str) -> None:
    content, code = HOSTILE[name]
    found = made(tmp_path, content, as_format="mail")
    (post,) = found.posts
    assert code in post.flags
    assert post.raw_record_sha256 == hashlib.sha256(content).hexdigest()
    assert post.text_raw is not None or code == "no_text_body"
    assert found.refused == []


def test_a_good_mail_has_no_flag(tmp_path: Path) -> None:
    (post,) = made(tmp_path, MAIL).posts
    assert post.flags == []
    assert (post.author_handle, post.author_display, post.author_basis) == ("a@example.org", "Sample A", "claimed")
    assert post.side["subject"] == "Spät"
    assert (post.claimed_at and post.claimed_at.isoformat(), post.tz_status) == ("2024-01-01T09:00:00+00:00", "offset")
    assert post.side["date_source"] == "Date"


def test_words_quoted_from_earlier_mail_are_not_the_senders(tmp_path: Path) -> None:
    (post,) = made(tmp_path, MAIL).posts
    assert post.text_norm == "You are late."
    assert post.side["quoted_text"] == "On Monday B wrote:\n> the plan"
    assert post.text_raw is not None
    assert post.text_raw.endswith(b"> the plan\r\n")


def test_a_pair_that_shares_an_id_is_two_and_flagged(tmp_path: Path) -> None:
    box = b"".join(
        b"From a Mon Jan  1 09:00:00 2024\n" + mail(body=body) + b"\n" for body in (b"one\n", b"two\n", b"two\n")
    )
    posts = made(tmp_path, box).posts
    assert [("message_id_duplicate" in post.flags) for post in posts] == [False, True, True]
    assert posts[0].record_key != posts[1].record_key == posts[2].record_key


def test_lines_of_a_mailbox_that_only_look_like_a_start(tmp_path: Path) -> None:  # FMT-C24
    body = b">From here on it is text\nFrom the start too\n\n>>From me\n"
    box = b"From a Mon Jan  1 09:00:00 2024\nX-Gmail-Labels: Inbox\n" + mail(body=body) + b"\n"
    (post,) = made(tmp_path, box).posts
    assert post.text_norm is not None
    assert post.text_norm.startswith("From here on it is text\nFrom the start too")
    assert post.side["labels"] == "Inbox"


def test_html_alone_is_read_as_text_and_attachments_are_named(tmp_path: Path) -> None:
    parts = (
        b"--q\nContent-Type: text/html; charset=utf-8\n\n<p>a<br>b</p>\n"
        b"--q\nContent-Type: image/png; name=p.png\nContent-Transfer-Encoding: base64\n\nAAAA\n--q--\n"
    )
    (post,) = made(tmp_path, mail(kind=b"Content-Type: multipart/mixed; boundary=q\n", body=parts)).posts
    assert post.text_norm == "a\nb"
    assert post.attachments == [
        {"name": "p.png", "media_type": "image/png", "sha256": hashlib.sha256(b"\0\0\0").hexdigest(), "uri": None}
    ]


def test_deep_nesting_is_refused_or_read_but_never_a_crash(tmp_path: Path) -> None:
    content = b"From: a@e.org\nDate: x\nSubject: s\n" + b"Content-Type: message/rfc822\n\n" * 3_000 + b"x\n"
    found = made(tmp_path, content, as_format="mail")
    assert len(found.posts) + len(found.refused) == 1
