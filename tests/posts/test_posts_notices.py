"""A notification mail of a known shape holds a post, which becomes a record; any other stays a mail (FMT-C28)."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.posts.written import Made, made

from evenhand.posts import find

NUMBER = "109000000000000001"
WORDS = f"""Hallo Ana,

Du wurdest von sam@other.example erwähnt:

> you are late again, you muppet
> and everybody knows it

Anzeigen https://social.example/statuses/{NUMBER}
"""


def notice(
    kind: str = "mention", text: str = WORDS, *, foot: bool = False, host: str = "social.example"
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "notifications@social.example"
    mail["To"] = "unit@example.net"
    mail["Subject"] = "Du wurdest von sam@other.example erwähnt"
    mail["Date"] = "Mon, 01 Jan 2024 09:00:00 +0000"
    mail["Message-ID"] = "<1@social.example>"
    leave = f"https://{host}/unsubscribe?token=abc&type={kind}"
    if not foot:
        mail["List-Unsubscribe"] = f"<{leave}>"
    mail.set_content(text + (f"\n---\n\nAbbestellen: {leave}\n" if foot else ""))
    return mail


def read(folder: Path, mail: EmailMessage) -> Made:
    return made(folder, mail.as_bytes())


@pytest.mark.parametrize("foot", [False, True])
def test_the_post_is_a_record_beside_the_mail(tmp_path: Path, foot: bool) -> None:
    found = read(tmp_path, notice(foot=foot))
    mail, post = found.posts
    assert (mail.record_kind, mail.platform, mail.locator) == ("mail", "email", "msg:1")
    assert (post.record_kind, post.platform, post.relation) == ("post", "activitypub", "post")
    assert post.record_key == f"activitypub:social.example/{NUMBER}"
    assert post.text_norm == "you are late again, you muppet\nand everybody knows it"
    assert post.text_raw == b"> you are late again, you muppet\n> and everybody knows it"
    assert (post.author_handle, post.author_basis) == ("sam@other.example", "claimed")
    assert (post.truncated, post.truncated_reason) == (True, "platform_ellipsis")
    assert post.flags == ["from_notification", "key_provisional", "time_of_mail"]
    assert (post.claimed_at, post.raw_record_sha256) == (mail.claimed_at, mail.raw_record_sha256)
    assert [each["url_full"] for each in post.urls] == [f"https://social.example/statuses/{NUMBER}"]
    again = find(found.path, post.locator)
    assert (again.text_raw, again.raw_record_sha256) == (post.text_raw, post.raw_record_sha256)


def test_forwarded_as_a_whole_it_is_found_inside(tmp_path: Path) -> None:
    outer = EmailMessage()
    outer["From"], outer["To"] = "Ana <ana@home.example>", "unit+secret@example.net"
    outer["Message-ID"], outer["Date"] = "<2@home.example>", "Mon, 01 Jan 2024 10:00:00 +0000"
    outer.set_content("look at this")
    outer.add_attachment(notice("quote"))
    mail, post = read(tmp_path, outer).posts
    assert (mail.text_norm, mail.author_handle) == ("look at this\n", "ana@home.example")
    assert (post.relation, post.author_handle) == ("quote", "sam@other.example")
    assert post.text_norm is not None and post.text_norm.startswith("you are late")


def test_a_warning_stands_apart_and_an_address_with_a_name_says_whose_it_is(tmp_path: Path) -> None:
    text = f"> about the hall\n> ----\n>\n> it leaks\n\nView: https://social.example/@sam/{NUMBER}\n"
    _, post = read(tmp_path, notice(text=text)).posts
    assert (post.text_norm, post.side["content_warning"]) == ("it leaks", "about the hall")
    assert (post.author_handle, post.author_basis) == ("sam@social.example", "claimed")


@pytest.mark.parametrize(
    "mail",
    [
        notice("favourite"),
        notice("reblog"),
        notice("follow", text="sam@other.example follows you\n"),
        notice(host="elsewhere.example"),
        notice(text=WORDS.replace("> ", "")),
        notice(text=f"{WORDS}\nhttps://social.example/statuses/109000000000000002\n"),
        notice(text=f"> an earlier mail\n\nwhat do you say to it?\n\n{WORDS}"),
    ],
    ids=[
        "own post liked",
        "own post shared",
        "followed",
        "another server",
        "no quotation",
        "two posts",
        "two quotations",
    ],
)
def test_whatever_is_not_surely_somebody_elses_post_stays_a_mail(tmp_path: Path, mail: EmailMessage) -> None:
    assert [post.record_kind for post in read(tmp_path, mail).posts] == ["mail"]
