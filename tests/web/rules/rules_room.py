"""What the tests of rules stand on: two people who may sign, and a code small enough to change by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.cast import standing_cast

from evenhand.categories import Category
from evenhand.codes import digest, load
from evenhand.context import Context
from evenhand.web.record.ids import ActorId

VERSION = """
[[version]]
number = "{number}"
published = {published}
from = {start}
{until}
#PIN

[version.categories]
{categories}

[[version.clause]]
number = "1.1"
title = "Personal abuse"
text = "Nobody calls a member {word}."
acts = ["wrote", "shared"]
most = {{ wrote = "L3", shared = "L1" }}
"""


CATEGORIES = "\n".join(f"{each} = []" for each in Category)


@dataclass(frozen=True, slots=True)
class Signers:
    """Two officers, the case keeper and somebody who may sign nothing."""

    officer: ActorId
    officer_2: ActorId
    keeper: ActorId
    auditor: ActorId
    chair: ActorId


def signers(desk: Any) -> Signers:
    """Make the cast and return those the tests need."""
    cast = {name: ActorId(member.person) for name, member in standing_cast(desk).items()}
    return Signers(cast["officer"], cast["officer_2"], cast["case_keeper"], cast["auditor"], cast["chair"])


def version(number: str, start: str, *, published: str = "", until: str = "", word: str = "a clown") -> str:
    """Return one version of a code as TOML."""
    line = f"until = {until}" if until else ""
    return VERSION.format(
        number=number, start=start, published=published or start, until=line, word=word, categories=CATEGORIES
    )


def code(*versions: str, slug: str = "harbour") -> str:
    """Return a whole code as TOML."""
    head = f'slug = "{slug}"\ntitle = "Harbour rules"\norganisation = "Harbour"\nlanguage = "en"\n'
    text = head + "".join(versions)
    for pin in digests(text):
        text = text.replace("#PIN", f'digest = "{pin}"', 1)
    return text


def digests(text: str) -> list[str]:
    """Return the digests of all versions of a code."""
    return [digest(load(text).slug, each) for each in load(text).versions]


def at(ctx: Context, moment: datetime) -> Context:
    """Return the same context at another moment."""
    return replace(ctx, now=lambda: moment)
