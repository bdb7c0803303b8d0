"""The page that says how anybody checks their own posts: the way to one's export, platform by platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.posts.recognition import READERS


@dataclass(frozen=True, slots=True)
class Way:
    """How to get one's export from a platform: steps in order, and what one gets."""

    platform: str
    steps: tuple[str | Promise, ...]
    gives: str | Promise
    names: bool = False  # the check must be told which of the people in it one is


_JSON: Final = _("Choose JSON, not HTML, and all time.")
_META: Final = (
    _("Settings, then Accounts Centre, then Your information and permissions"),
    _("Export your information, to your device"),
    _JSON,
)
_EVERY: Final[tuple[tuple[str, Way], ...]] = (
    (
        "x_archive",
        Way(
            "X (Twitter)",
            (_("Settings and privacy, then Your account"), _("Download an archive of your data"),
             _("Confirm that it is you, and wait for the message: a day or more")),
            _("a zip"),
        ),
    ),
    ("facebook", Way("Facebook", _META, _("a zip"))),
    ("instagram", Way("Instagram", _META, _("a zip"))),
    ("threads", Way("Threads", _META, _("a zip"))),
    (
        "mastodon_archive",
        Way(
            "Mastodon",
            (_("Preferences, then Import and export, then Data export"), _("Request your archive")),
            _("a tar.gz or zip, once a week"),
        ),
    ),
    (
        "bluesky_car",
        Way(
            "Bluesky",
            (_("Settings, then Account"), _("Export my data")),
            _("a file that ends with .car, at once"),
        ),
    ),
    (
        "youtube_takeout",
        Way(
            "YouTube",
            (_("takeout.google.com, choose nothing but YouTube"), _("In it, choose nothing but your comments")),
            _("a zip"),
        ),
    ),
    (
        "tiktok",
        Way(
            "TikTok",
            (_("Settings and privacy, then Account, then Download your data"), _JSON),
            _("a zip, after some days"),
        ),
    ),
    (
        "whatsapp",
        Way(
            "WhatsApp",
            (_("Open the chat, then its name, then Export chat"), _("Without media")),
            _("one text file for each chat"), names=True,
        ),
    ),
    (
        "telegram",
        Way(
            "Telegram",
            (_("On a computer: Settings, then Advanced, then Export Telegram data"),
             _("Choose the machine-readable form (JSON).")),
            _("a folder; check result.json in it"), names=True,
        ),
    ),
)  # fmt: skip


def ways() -> list[Way]:
    """Return the ways to exports that a reader of this version reads."""
    read = {reader.source_format.partition("/")[0] for reader in READERS}
    return [way for reader, way in _EVERY if reader in read]
