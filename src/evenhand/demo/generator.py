"""The files of the demonstration: register, protected persons, exports in the platforms' own shapes, and the truth.

The truth says what the generator meant each post to be. It lies in a folder of its own, for tests and
evaluation; nothing of the product reads it.
"""

from __future__ import annotations

import csv
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import IO, Any, Final, Protocol

import orjson

from evenhand.context import Context
from evenhand.demo.crowd import Crowd, crowd
from evenhand.demo.kinds import Kind, Wave
from evenhand.demo.organisation import Organisation, ProtectedPerson, organisation, write_register
from evenhand.demo.owners import SMALLEST, Owner, owners, timeline
from evenhand.demo.shapes.rows import CsvRows, JsonlRows
from evenhand.demo.shapes.x_archive import keys_of, made_on, write_archive
from evenhand.demo.shapes.x_v1 import V1Stream
from evenhand.demo.shapes.x_v2 import V2Pages
from evenhand.demo.torrent import DAYS, HOUR_MS, Act, torrent
from evenhand.errors import UsageError
from evenhand.files import whole_file

FEWEST: Final = 500
SEED: Final = "quillhaven-1"
_ARCHIVES: Final = 0.05  # the share of all posts that comes from owners' archives
_WEEKS: Final = DAYS // 7
_TRUTH_NOTE: Final = """\
GENERATOR TRUTH: what the generator meant each post to be. For tests and evaluation only.
The product never reads this folder; do not import it. One line per record: record_key, kind, wave, author_side,
target, target_side, account (member, ex_member, outside, namesake, newcomer, protected), file.
A like has no id of its own on the platform; its key here is like:<owner>:<liked post>.
"""


class Writer(Protocol):
    """What every shape's writer offers."""

    posts: int

    def add(self, act: Act) -> str:
        """Write one act and return its record key."""

    def close(self) -> None:
        """Write what is left."""


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One written export and what a reader must find in it."""

    path: Path
    shape: str
    posts: int
    control: int = 0
    refused: int = 0
    merged: int = 0


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Everything that was written. `posts` counts distinct posts; `repeated` of them stand in two files."""

    exports: tuple[DemoFile, ...]
    register: Path
    protected: Path
    truth: Path
    organisation: Organisation
    posts: int
    repeated: int
    kinds: dict[str, int]


def check_size(posts: int) -> None:
    """Raise UsageError for fewer posts than the story needs."""
    if posts < FEWEST:
        raise UsageError(f"{posts} posts are too few to tell the story.", mend=f"Ask for {FEWEST} or more.")


def generate(directory: Path, *, ctx: Context, posts: int = 20_000, seed: str = SEED) -> DemoFiles:
    """Write the demonstration into a directory and return what was written.

    The same seed, number and clock give the same bytes. Exactly `posts` distinct posts, dated from three
    weeks before now (archives: some years) up to now; refused and control records come on top. Raises
    UsageError below 500 posts. Time is linear in `posts`, memory grows only with the four archives.
    """
    check_size(posts)
    now = ctx.now()
    body = organisation(seed, now.date())
    for folder in ("exports", "generator-truth"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    _write_protected(directory / "protected.csv", body.protected)
    (directory / "generator-truth" / "READ-ME-FIRST.txt").write_text(_TRUTH_NOTE, encoding="utf-8")
    truth_path = directory / "generator-truth" / "truth.jsonl"
    people = crowd(body, seed, now)
    write_register(directory / "register.csv", body.members, _declared(people))
    with whole_file(truth_path) as truth_file:
        truth = _Truth(truth_file)
        archived = max(4 * SMALLEST, round(posts * _ARCHIVES))
        archives = _write_archives(directory / "exports", people, archived, truth, now=now, seed=seed)
        streams, repeated = _write_streams(directory / "exports", people, posts - archived, truth, now=now, seed=seed)
    return DemoFiles(
        exports=(*streams, *archives),
        register=directory / "register.csv",
        protected=directory / "protected.csv",
        truth=truth_path,
        organisation=body,
        posts=posts,
        repeated=repeated,
        kinds=truth.kinds,
    )


@dataclass(slots=True)
class _Truth:
    """Writes the truth line by line and counts kinds."""

    file: IO[bytes]
    kinds: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, act: Act, kind: Kind, file_name: str) -> None:
        self._line(
            {
                "record_key": key,
                "kind": kind,
                "wave": act.wave,
                "author_side": act.author.side,
                "target": act.target.person.key,
                "target_side": act.target.account.side,
                "account": act.author.note,
                "file": file_name,
            }
        )

    def add_withheld(self, key: str, file_name: str) -> None:
        self._line({"record_key": key, "kind": Kind.WITHHELD, "wave": Wave.NONE, "file": file_name})

    def _line(self, line: dict[str, Any]) -> None:
        self.file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        self.kinds[line["kind"].value] = self.kinds.get(line["kind"].value, 0) + 1


def _write_archives(
    folder: Path, people: Crowd, count: int, truth: _Truth, *, now: datetime, seed: str
) -> list[DemoFile]:
    each, rest = divmod(count, 4)
    shares = [each + (place < rest) for place in range(4)]
    return [
        _write_one_archive(folder, owner, people, share, truth, now=now, seed=seed)
        for owner, share in zip(owners(people), shares, strict=True)
    ]


def _write_one_archive(
    folder: Path, owner: Owner, people: Crowd, count: int, truth: _Truth, *, now: datetime, seed: str
) -> DemoFile:
    made_ms = int(now.timestamp() * 1000) - 29 * 24 * HOUR_MS
    done = timeline(owner, people, count, now=now, seed=seed)
    path = folder / f"twitter-{made_on(made_ms)}-{owner.account.handle}.zip"
    with whole_file(path) as file:
        merged = write_archive(file, done, made_ms=made_ms)
    for key, act, kind in keys_of(done):
        truth.add(key, act, kind, path.name)
    return DemoFile(path, "x_archive", count, merged=merged)


def _write_streams(
    folder: Path, people: Crowd, count: int, truth: _Truth, *, now: datetime, seed: str
) -> tuple[list[DemoFile], int]:
    withheld = max(1, count // 2_000)
    start_ms = int(now.timestamp() * 1000) - DAYS * 24 * HOUR_MS
    with ExitStack() as stack:
        desks = _Desks(folder, stack, withheld)
        chance = Random(f"{seed}/shapes")
        for act in torrent(people, count - withheld, now=now, seed=seed):
            week = min(_WEEKS - 1, (act.at_ms - start_ms) // (7 * 24 * HOUR_MS))
            name = _shape_for(act, week, chance)
            truth.add(desks.writers[name].add(act), act, act.kind, name)
            desks.repeat(act, name, chance)
        desks.close(truth)
    return desks.files(folder), desks.repeated


def _shape_for(act: Act, week: int, chance: Random) -> str:
    """Return the name of the file an act goes to. A pile-on is only ever seen through the API."""
    draw = chance.random()
    if act.wave is Wave.NONE and act.kind is not Kind.IMAGE_ONLY:
        if draw < 0.08:
            return "facebook-comments.csv"
        if draw < 0.15:
            return "youtube-comments.jsonl"
    return "x-stream.jsonl" if draw > 0.88 else f"x-mentions-week-{week + 1}.jsonl"


class _Desks:
    """All open writers of the stream of posts, by file name."""

    def __init__(self, folder: Path, stack: ExitStack, withheld: int) -> None:
        weeks = [f"x-mentions-week-{week + 1}.jsonl" for week in range(_WEEKS)]
        names = [*weeks, "x-stream.jsonl", "facebook-comments.csv", "youtube-comments.jsonl"]
        opened = {name: stack.enter_context(whole_file(folder / name)) for name in names}
        self.pages = {name: V2Pages(opened[name], withheld if name == weeks[-1] else 0) for name in weeks}
        self.stream = V1Stream(opened["x-stream.jsonl"])
        self.csv = CsvRows(opened["facebook-comments.csv"])
        self.jsonl = JsonlRows(opened["youtube-comments.jsonl"])
        self.writers: dict[str, Writer] = {
            **self.pages,
            "x-stream.jsonl": self.stream,
            "facebook-comments.csv": self.csv,
            "youtube-comments.jsonl": self.jsonl,
        }
        self.repeated = 0

    def repeat(self, act: Act, name: str, chance: Random) -> None:
        """Now and then the stream has seen what a search found too: one post, two observations."""
        if name in self.pages and chance.random() < 0.006:
            self.stream.add(act)
            self.repeated += 1

    def close(self, truth: _Truth) -> None:
        """Write what writers hold back, and the truth about withheld posts."""
        for writer in self.writers.values():
            writer.close()
        for name, pages in self.pages.items():
            for key in pages.withheld_keys:
                truth.add_withheld(key, name)

    def files(self, folder: Path) -> list[DemoFile]:
        """Return what each file holds."""
        return [
            *(DemoFile(folder / name, "x_v2", pages.posts) for name, pages in self.pages.items()),
            DemoFile(folder / "x-stream.jsonl", "x_v1", self.stream.posts, control=self.stream.control),
            DemoFile(folder / "facebook-comments.csv", "rows", self.csv.posts, refused=self.csv.refused),
            DemoFile(folder / "youtube-comments.jsonl", "rows", self.jsonl.posts, refused=self.jsonl.refused),
        ]


def _declared(people: Crowd) -> dict[str, list[tuple[str, str, str]]]:
    """Return by membership number which accounts the register knows: of those who declared theirs, and of the owners.

    Owners of archives are among them, so that a demonstration finds a member and a former member by their accounts.
    """
    told: dict[str, list[tuple[str, str, str]]] = {
        target.person.member_no: list(target.person.accounts) for target in people.targets
    }
    owning = {owner.account.id for owner in owners(people)}
    for member, account in people.members:
        if member.declares or account.id in owning:
            told[member.number] = [("x", account.id, account.handle)]
    return told


def _write_protected(path: Path, persons: tuple[ProtectedPerson, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow(("key", "name", "office", "town", "member_no", "platform", "account_id", "handle"))
        for person in persons:
            for account in person.accounts:
                rows.writerow((person.key, person.display, person.office, person.town, person.member_no, *account))
