"""What a side of the demonstration hands in: a picture of the post and a mail. Both are made here; nobody is real."""

from __future__ import annotations

import io
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

_INK, _PALE, _PAPER, _LINE = "#1c2733", "#5b6b7b", "#ffffff", "#d5dde5"


def picture_of_post(name: str, text: str, seen: datetime) -> bytes:
    """Return a PNG of a post as a telephone shows it; its metadata hold a place that a working copy must not keep."""
    image = Image.new("RGB", (720, 420), _PAPER)
    draw = ImageDraw.Draw(image)
    small, large = ImageFont.load_default(20), ImageFont.load_default(30)
    draw.rectangle((0, 0, 720, 64), fill=_LINE)
    draw.text((28, 20), "chirp.example", font=small, fill=_INK)
    draw.ellipse((28, 92, 92, 156), fill=_LINE)
    draw.text((112, 96), name, font=large, fill=_INK)
    draw.text((112, 134), f"{seen:%d %b %Y, %H:%M}", font=small, fill=_PALE)
    sentences = [f"{part.strip()}." for part in text.split(".") if part.strip()]
    draw.text((28, 200), "\n".join(sentences), font=large, fill=_INK)
    notes = PngInfo()
    notes.add_text("Comment", "54.32 N, 10.14 E")
    held = io.BytesIO()
    image.save(held, "PNG", pnginfo=notes)
    return held.getvalue()


def mail_of_platform(text: str, sent: datetime) -> bytes:
    """Return a mail in which the platform tells of the post, as its receiver saved it. It carries no signature."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Chirp <notify@chirp.example>", "harbour.office@mail.example"
    mail["Subject"], mail["Date"] = "You were mentioned", format_datetime(sent)
    mail["Message-ID"] = f"<{sent:%Y%m%d%H%M%S}@chirp.example>"
    mail.set_content(f"Somebody mentioned you:\n\n{text}\n")
    return mail.as_bytes()
