"""Writes the letters of the snapshot test anew: `python -m tests.web.notices.write_snapshots`."""

from __future__ import annotations

from tests.conftest import ensure_django

ensure_django()

from tests.web.notices.test_notices_composing import EVERY, SNAPSHOTS, written  # noqa: E402 Django comes first

if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for notice, locale in EVERY:
        (SNAPSHOTS / f"{locale}-{notice.value.lower()}.html").write_text(written(notice, locale).html, encoding="utf-8")
