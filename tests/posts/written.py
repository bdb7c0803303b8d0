"""A file with some content, and what an import makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from evenhand.posts import NO_CHOICES, Choices, Post, Report, read


class Made(NamedTuple):
    posts: list[Post]
    report: Report
    path: Path

    @property
    def refused(self) -> list[tuple[str, str]]:
        return [(refused.locator, refused.reason) for refused in self.report.refused]

    @property
    def by_id(self) -> dict[str, Post]:
        return {post.native_id: post for post in self.posts}


def made(folder: Path, content: bytes, *, choices: Choices = NO_CHOICES, as_format: str | None = None) -> Made:
    path = folder / "file.bin"
    path.write_bytes(content)
    report = Report("file.bin")
    return Made(list(read(path, choices=choices, report=report, as_format=as_format)), report, path)
