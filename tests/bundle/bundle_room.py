"""A small log, a bundle made from it, and the two verifiers that are held against each other."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from evenhand.bundle import About, Bag, Item, Object, Reading, Seal, check_bundle, write_payload, write_tags
from evenhand.bundle.checking import check_opened
from evenhand.bundle.opened import OpenedBundle
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger import SYSTEM, Draft, MemoryStore, Opening, append, seal, seal_bytes
from evenhand.ledger.checkpoint import TreeHead, sign_checkpoint
from evenhand.ledger.notes import KeyType, Signer, sign_note
from evenhand.ledger.store import Checkpoint
from evenhand.ledger.tree import root_of

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
AT = "2026-03-04T05:06:07Z"
ORIGIN = "evenhand/test"
CASE = bytes(range(16))
VERIFY = Path(__file__).resolve().parents[2] / "src" / "evenhand" / "bundle" / "verify.py"


@dataclass
class Room:
    """A log with a key, into which acts are written, and bundles made from them."""

    folder: Path
    ctx: Context = field(default_factory=lambda: Context.repeatable("bundle", NOW))
    store: MemoryStore = field(default_factory=MemoryStore)
    items: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.signer = Signer.generate(ORIGIN, self.ctx)
        self.keyring: list[dict[str, Any]] = [key_line(self.signer)]
        append(self.store, [Draft(type="log.started", actor=SYSTEM)], self.ctx)

    def act(
        self,
        type: str = "case.closed",
        body: Mapping[str, Any] | None = None,
        overlay: Mapping[str, Any] | None = None,
        **values: bytes,
    ) -> Item:
        """Write one act with its document and further committed values; return the item with everything opened.

        `overlay`: what the document says otherwise than its entry.
        """
        said = {"type": type, "at": AT, "why": None, "ref": [], "case": CASE.hex(), "obj": None, "body": body or {}}
        document = json.dumps({**said, **(overlay or {})}, sort_keys=True, separators=(",", ":")).encode()
        openings = [seal_bytes("doc", document, self.ctx)]
        openings += [seal(name, value, self.ctx) for name, value in sorted(values.items())]
        draft = Draft(type=type, actor=SYSTEM, case=CASE, commitments={o.field: o.commitment() for o in openings})
        objects = (Object("doc", document, "application/json", "document.json", "recorded then; unchanged since"),)
        return self._add(draft, openings, objects)

    def file(self, data: bytes) -> Item:
        """Write the intake of a file: its content is committed to, its document stays closed."""
        opening, closed = seal_bytes("content", data, self.ctx), seal_bytes("doc", b"{}", self.ctx)
        committed = {"content": opening.commitment(), "doc": closed.commitment()}
        draft = Draft(type="evidence.sealed", actor=SYSTEM, case=CASE, commitments=committed)
        words = "file uploaded at 2026-03-04 05:06 UTC; source unknown; unchanged since"
        return self._add(draft, [opening], (Object("content", data, "image/png", "file.png", words, "P6"),), ("doc",))

    def _add(
        self, draft: Draft, opened: Sequence[Opening], objects: tuple[Object, ...], withheld: tuple[str, ...] = ()
    ) -> Item:
        (done,) = append(self.store, [draft], self.ctx)
        entry = next(iter(self.store.entries(done.index, done.index + 1))).data
        item = Item(done.index, entry, "recorded then; unchanged since", tuple(opened), withheld, objects)
        self.items.append(item)
        return item

    def checkpoint(self, *signers: Signer, cosigners: Sequence[Signer] = ()) -> Checkpoint:
        """Sign the log as it stands."""
        head = self.store.head()
        text = TreeHead(ORIGIN, head.size, root_of(head))
        lines = [str(line) for line in sign_note(text.text(), cosigners, SECONDS).signatures] if cosigners else []
        return Checkpoint(head.size, sign_checkpoint(text, signers or (self.signer,)), AT, tuple(lines))

    def bundle(self, name: str = "bundle", items: Sequence[Item] | None = None, **sign: Any) -> Path:
        """Make the bundle of these items (all of them by default) and return its folder.

        `witnesses`: those that the policy of the bundle names. `left_out`: what the bundle says it does not hold.
        """
        earlier, witnesses = sign.pop("earlier", None), tuple(sign.pop("witnesses", ()))
        left_out = sign.pop("left_out", ("A <file> that nobody may copy.",))
        chosen = self.items if items is None else items
        bag = Bag(self.folder / name)
        readings = (Reading("system", "export a bundle", AT, AT, len(chosen)),)
        about = About("ab" * 16, "Case 2026-0001", AT, readings, left_out)
        write_payload(bag, about, chosen)
        manifest = bag.close_payload({"Bagging-Date": AT[:10], "External-Identifier": about.id})
        opening = seal("manifest", sha256(manifest).digest(), self.ctx)
        document = seal_bytes("doc", b"{}", self.ctx)
        committed = {"doc": document.commitment(), "manifest": opening.commitment()}
        name_of_it = bytes.fromhex(about.id)
        draft = Draft(type="evidence.exported", actor=SYSTEM, case=CASE, obj=name_of_it, commitments=committed)
        (done,) = append(self.store, [draft], self.ctx)
        checkpoint = self.checkpoint(*sign.pop("signers", ()), cosigners=sign.pop("cosigners", ()))
        sealed = Seal(done.index, opening, checkpoint, tuple(self.keyring), earlier, witnesses)
        write_tags(bag, self.store, sealed, [item.index for item in chosen])
        return bag.folder


def key_line(signer: Signer, status: str = "active", last: int | None = None) -> dict[str, Any]:
    """Return the keyring's line of a key."""
    state = {"status": status, "added_index": 0, "status_index": None if last is None else 0, "last_size": last}
    return {"vkey": str(signer.verifier), **state}


def cosigner(name: str, ctx: Context) -> Signer:
    """Return a witness's key."""
    return Signer.generate(name, ctx, KeyType.COSIGNER)


def small_bundle(folder: Path, **more: Any) -> Path:
    """Return a bundle of a case of four acts, one of them with text of its own, and one file."""
    room = Room(folder)
    room.act("case.reply_received", reply=b"I wrote it once.")
    earlier = room.checkpoint()
    room.act("case.hearing_recorded", {"state": "hearing"})
    room.file(b"\x89PNG not really")
    room.act("case.closed", {"state": "closed"})
    return room.bundle(earlier=earlier, **more)


# The two verifiers --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What a verifier said: verdict, exit code, the (place, reason) pairs."""

    verdict: str
    exit: int
    found: frozenset[tuple[str, str]]
    all: Any = None

    @property
    def reasons(self) -> set[str]:
        return {reason for _, reason in self.found}


def stand_alone(path: Path, *options: str, env: Mapping[str, str] | None = None, isolated: bool = False) -> Said:
    """Ask verify.py in a process of its own; `isolated`: without site packages, so that openssl answers."""
    flags = ["-I", "-S"] if isolated else []
    done = subprocess.run(
        [sys.executable, *flags, str(VERIFY), str(path), "--json", *options],
        capture_output=True, check=False, env={**os.environ, **(env or {})},
    )  # fmt: skip
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    if done.returncode == 2:
        return Said("", 2, frozenset(), done.stderr.decode())
    return _said(json.loads(done.stdout), done.returncode)


@cache
def loaded() -> Any:
    """Return verify.py as a module, for tests that ask it hundreds of times."""
    return import_module("evenhand.bundle.verify")


def in_process(module: Any, path: Path, **trust: bytes | None) -> Said:
    """Ask verify.py without a new process."""
    try:
        bag = module.open_bag(path)
    except module.Wrong:
        return Said("", 2, frozenset())
    check = module.Check(bag, trust.get("policy"), trust.get("keyring"), module.find_checker())
    check.run()
    result = module.result_of(check, VERIFY)
    assert "\n".join(module.lines_of(result))
    return _said(result, result["exit"])


def in_memory(module: Any, files: Mapping[str, bytes], policy: bytes | None = None) -> tuple[Said, Said]:
    """Ask both about files that lie nowhere, verify.py first: for tests that change one hundreds of times.

    `policy`: one from another source than the bundle.
    """
    opened: dict[str, Callable[[], IO[bytes]]] = {name: partial(io.BytesIO, data) for name, data in files.items()}
    check = module.Check(module.Bag(dict(opened), []), policy, None, module.find_checker())
    check.run()
    result = module.result_of(check, VERIFY)
    assert "\n".join(module.lines_of(result))
    report = check_opened(OpenedBundle(dict(opened)), now=SECONDS, policy=policy)
    return _said(result, result["exit"]), _said(report.as_json(), report.verdict.exit_code)


def contents(folder: Path) -> dict[str, bytes]:
    """Return path -> bytes of a bundle's files."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def relisted(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files with both lists of files written anew, as `relist` does."""
    made = dict(files)
    for name, inside in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
        wanted = [path for path in sorted(made) if path.startswith("data/") == inside]
        lines = [f"{sha256(made[path]).hexdigest()}  {path}\n" for path in wanted if path != "tagmanifest-sha256.txt"]
        made[name] = "".join(lines).encode()
    return made


def packaged(path: Path, **trust: bytes | None) -> Said:
    """Ask the package's own check."""
    try:
        report = check_bundle(path, now=SECONDS, **trust)
    except UsageError as error:
        return Said("", 2, frozenset(), f"{error}\n")
    return _said(report.as_json(), report.verdict.exit_code)


def both(path: Path, *, policy: str | None = None) -> Said:
    """Return what both say: the same verdict, or the test fails. `policy`: one from another source than the bundle."""
    options: list[str] = []
    if policy is not None:
        given = path.with_name(f"{path.name}-policy")
        given.write_text(policy)
        options = ["--policy", str(given)]
    one, other = stand_alone(path, *options), packaged(path, policy=None if policy is None else policy.encode())
    assert (one.verdict, one.exit, one.found) == (other.verdict, other.exit, other.found)
    return one


def _said(found: Any, code: int) -> Said:
    pairs = frozenset((each["place"], str(each["reason"])) for each in found["findings"])
    return Said(found["verdict"], code, pairs, found)


# Damage with care: the lists of files are brought in line, as somebody would who wants it not to show --------------


def rewrite(folder: Path, path: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file and both lists of files."""
    target = folder / path
    target.write_bytes(change(target.read_bytes()))
    relist(folder)


def relist(folder: Path) -> None:
    """Write both lists of files anew from what is there."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    for name, inside in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
        wanted = [path for path in files if path.startswith("data/") == inside and path != "tagmanifest-sha256.txt"]
        lines = [f"{sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in wanted]
        (folder / name).write_text("".join(lines))
