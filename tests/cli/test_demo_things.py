"""What the demonstration hands in is what its pages take: a picture with something to take out, a mail."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes

from evenhand.cli.demo_cases.things import mail_of_platform, picture_of_post
from evenhand.evidence.uploads import Kind, strip

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_the_picture_is_taken_and_loses_its_place() -> None:
    picture = picture_of_post("Robin Quill", "You muppet. Clown.", AT)
    done = strip(picture)
    assert done.kind is Kind.PNG
    assert b"54.32" in picture and b"54.32" not in done.data


def test_the_mail_is_one_and_says_what_was_posted() -> None:
    mail = message_from_bytes(mail_of_platform("You muppet.", AT))
    assert "You muppet." in mail.get_payload() and mail["Date"] == "Sun, 01 Mar 2026 09:30:00 +0000"
