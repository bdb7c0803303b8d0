"""The package's own check of a bundle: the same verdicts as the verify.py inside it, by the ledger's own code.

The two share nothing, so that a mistake in one shows against the other. Each finding names a file of the bundle.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

from evenhand.bundle.bag import MANIFEST
from evenhand.bundle.items import check_item
from evenhand.bundle.lines import parse_lines, parse_opening
from evenhand.bundle.listing import PAYLOAD, TAGS, Listing, absent, check_listing
from evenhand.bundle.opened import OpenedBundle, opened_bundle
from evenhand.bundle.outside import check_info, check_keyring, own_policy, sole_json
from evenhand.bundle.told import Told, printable, read_history
from evenhand.bundle.trust import Trust, check_given, parse_trust
from evenhand.ledger.checking import Finding, Verdict, failed, from_error, unverifiable, worst
from evenhand.ledger.checkpoint import MAX_SIZE, TreeHead, check_extends
from evenhand.ledger.commitment import verify_opening
from evenhand.ledger.encoding import MAX_INTEGER, unb64, unb64u
from evenhand.ledger.errors import Contradiction, Malformed, Missing, Reason
from evenhand.ledger.keyring import parse_keyring
from evenhand.ledger.leaf import ID_SIZE, strict_parse
from evenhand.ledger.policy import parse_policy
from evenhand.ledger.store import HASH_SIZE
from evenhand.ledger.tlog_proof import TlogProof, parse_tlog_proof
from evenhand.ledger.tree import leaf_hash, verify_inclusion

ITEMS: Final = "data/items.jsonl"
CHECKPOINT: Final = "log/checkpoint"
POLICY: Final = "log/policy"
KEYRING: Final = "log/keyring.json"
INFO: Final = "bag-info.txt"
HISTORY: Final = "data/custody.jsonl"
SEAL_ENTRY, SEAL_OPENING, SEAL_PROOF = (
    "proofs/bundle.entry.json", "proofs/bundle.opening.json", "proofs/bundle.tlog-proof",
)  # fmt: skip
_MOST_NODES: Final = 63
"""Of a path between two sizes of a log."""
_CONSISTENCY: Final = re.compile(r"proofs/consistency/[0-9]+-[0-9]+\.json", re.ASCII)
_UNKNOWN: Final = "it is of a form that no rule knows"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class BundleReport:
    """The result: every finding, and of how many entries the bundle speaks; `sealed`: index of the export's entry."""

    findings: tuple[Finding, ...]
    items: int
    sealed: int | None
    fingerprints: tuple[str, ...]
    """SHA-256 (hex) of each log key that signed, as it is written: to be compared with a copy from elsewhere."""
    told: Told
    given: bool
    """Whether the policy came from another source than the bundle."""
    log: tuple[str, int] | None
    """Origin and size of the log, as the newest checkpoint says."""
    cosigned: tuple[tuple[str, str], ...] = ()
    """Which witnesses of a policy from another source cosigned the newest checkpoint, and when (UTC, Z)."""
    early: tuple[tuple[str, str], ...] = ()
    """The same of cosignatures older than what they cover: they do not count."""
    named_only_here: tuple[str, ...] = ()
    """Witnesses that cosigned and that only the bundle names: they prove nothing by themselves."""
    continues: tuple[int, ...] = ()
    """Sizes of earlier checkpoints that the newest one is shown to continue."""

    @property
    def verdict(self) -> Verdict:
        """The worst finding's verdict; `verified` where nothing was found."""
        return worst(self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        return {
            "verdict": self.verdict.value, "exit": self.verdict.exit_code, "items": self.items, "sealed": self.sealed,
            "title": self.told.title, "case": self.told.case, "keys": "given" if self.given else "bundle",
            "log": None if self.log is None else {"origin": self.log[0], "size": self.log[1]},
            "continues": list(self.continues), "fingerprints": list(self.fingerprints),
            "cosigned": [{"witness": name, "at": at} for name, at in self.cosigned],
            "early": [{"witness": name, "at": at} for name, at in self.early],
            "named_only_here": list(self.named_only_here),
            "withheld": self.told.withheld, "left_out": list(self.told.left_out),
            "copy": self.told.copy,
            "findings": [finding.as_json() for finding in self.findings],
        }  # fmt: skip


def check_bundle(path: Path, *, now: int, policy: bytes | None = None, keyring: bytes | None = None) -> BundleReport:
    """Return what holds of the bundle at a path (folder or ZIP); `now`: POSIX seconds.

    `policy`, `keyring`: files from another source, trusted instead of those inside. Raises UsageError for what is no
    bundle, and for a given file that is none. Cost: one hash of every file, one signature check per checkpoint.
    """
    with opened_bundle(path) as bundle:
        return check_opened(bundle, now=now, policy=policy, keyring=keyring)


def check_opened(
    bundle: OpenedBundle, *, now: int, policy: bytes | None = None, keyring: bytes | None = None
) -> BundleReport:
    """Return the same of a bundle that is open already."""
    check_given(policy, parse_policy, "the policy that was given")
    check_given(keyring, parse_keyring, "the list of keys that was given")
    check = _Check(bundle, now, policy, keyring)
    try:
        return check.run()
    except Exception as error:  # noqa: BLE001 the last resort: no bundle may go without an answer
        check.findings.append(failed(Reason.MALFORMED, "", f"{_UNKNOWN} ({type(error).__name__})"))
        return BundleReport(tuple(check.findings), 0, None, (), Told(), policy is not None, None)


def moment(seconds: int) -> str:
    """Return POSIX seconds as UTC, Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(at: str) -> int:
    """Return a moment of an entry as POSIX seconds."""
    return int(datetime.fromisoformat(at).timestamp())


@dataclass
class _Check:
    """One check of one bundle."""

    bundle: OpenedBundle
    now: int
    policy: bytes | None
    keyring: bytes | None
    listing: Listing = field(default_factory=Listing)
    findings: list[Finding] = field(default_factory=list)
    trust: Trust | None = None
    newest: TreeHead | None = None
    opened: dict[bytes, TreeHead] = field(default_factory=dict)
    heads: set[TreeHead] = field(default_factory=set)
    """What the checkpoints inside the proofs say."""
    sealed: int | None = None
    times: dict[int, str] = field(default_factory=dict)
    """Of each entry that is the listed one: when it says it was recorded."""
    early: list[tuple[str, str]] = field(default_factory=list)
    leaf: dict[str, Any] | None = None
    """The entry by which the bundle was sealed."""
    withheld: int = 0

    def run(self) -> BundleReport:
        self.listing = check_listing(self.bundle)
        self.findings += self.listing.findings
        self.trust = self.attempt(POLICY, self.read_trust)
        if self.trust is not None and CHECKPOINT in self.bundle:
            self.newest = self.attempt(CHECKPOINT, lambda: self.open_note(self.bundle.read(CHECKPOINT)))
        self.check_outside()
        self.check_seal()
        count = self.attempt(ITEMS, self.check_items) or 0
        shown = self.earlier_heads()
        self.check_heads(shown)
        self.say_of_keys()
        self.check_cosigners()
        told = self.attempt(HISTORY, self.tell) or Told()
        unique = {(each.verdict, each.reason, each.place): each for each in reversed(self.findings)}
        signers = set() if self.trust is None else self.trust.signers
        fingerprints = tuple(sorted(sha256(str(key).encode()).hexdigest() for key in signers))
        given, cosigned = self.policy is not None, self.cosigners()
        return BundleReport(
            tuple(reversed(unique.values())), count, self.sealed, fingerprints, told, given,
            log=None if self.newest is None else (self.newest.origin, self.newest.size),
            cosigned=cosigned if given else (), early=tuple(self.early) if given else (),
            named_only_here=() if given else tuple(name for name, _ in cosigned),
            continues=tuple(sorted(head.size for head in shown if head != self.newest)),
        )  # fmt: skip

    def cosigners(self) -> tuple[tuple[str, str], ...]:
        """Return who cosigned the newest checkpoint, and when, by name."""
        found = {} if self.trust is None or self.newest is None else self.trust.cosigned.get(self.newest, {})
        return tuple(sorted((printable(key.name), moment(seconds)) for key, seconds in found.items()))

    def tell(self) -> Told:
        """Return what the sealed parts say of the bundle itself; little where a check contradicts."""
        case = unb64u(self.leaf["case"], ID_SIZE).hex() if self.leaf is not None and "case" in self.leaf else ""
        copy = self.listing.digests.get("verify.py")
        if worst(self.findings) is Verdict.FAILED:
            return Told(case=case, withheld=self.withheld, copy=copy)
        title, left_out = read_history(self.bundle.read(HISTORY)) if HISTORY in self.bundle else ("", ())
        return Told(title, case, self.withheld, left_out, copy)

    def attempt(self, place: str, check: Callable[[], Result]) -> Result | None:
        """Return a check's result, or note why there is none."""
        try:
            return check()
        except (Contradiction, Missing) as error:
            self.findings.append(from_error(error, place))
        except Exception:  # noqa: BLE001 nothing that somebody wrote into a bundle may end its check
            self.findings.append(failed(Reason.MALFORMED, place, _UNKNOWN))
        return None

    def read_trust(self) -> Trust:
        texts = []
        for given, path in ((self.policy, POLICY), (self.keyring, KEYRING)):
            if given is None and path not in self.bundle:
                raise Missing(Reason.NO_KEY, "the list of keys is missing")
            texts.append(self.bundle.read(path) if given is None else given)
        return parse_trust(texts[0], texts[1], self.now, given=self.policy is not None)

    def open_note(self, note: bytes) -> TreeHead:
        if self.trust is None:
            raise Missing(Reason.NO_KEY, "there is no key to check the checkpoint with")
        if note not in self.opened:
            self.opened[note] = self.trust.open(note)
        return self.opened[note]

    # The seal, and what lies outside it

    def check_outside(self) -> None:
        """Refuse what no bundle has in its policy or keyring, whichever of them are used."""
        if POLICY in self.bundle:
            self.attempt(POLICY, lambda: own_policy(self.bundle.read(POLICY)))
        if KEYRING in self.bundle:
            self.attempt(KEYRING, self.check_keyring)

    def check_keyring(self) -> None:
        policy = self.bundle.read(POLICY) if POLICY in self.bundle else None
        check_keyring(self.bundle.read(KEYRING), policy, None if self.newest is None else self.newest.size)

    def check_seal(self) -> None:
        self.check_seal_entry()
        if INFO in self.bundle:
            self.attempt(INFO, lambda: check_info(self.bundle.read(INFO), self.listing.oxum, self.leaf))

    def check_seal_entry(self) -> None:
        proof = self.proof(SEAL_PROOF) if SEAL_PROOF in self.bundle else None
        if SEAL_ENTRY not in self.bundle:
            return
        self.leaf = leaf = self.attempt(
            SEAL_ENTRY, lambda: self.seal_leaf(MAX_INTEGER if proof is None else proof.index)
        )
        if proof is not None:
            self.sealed = proof.index if leaf is not None else None
            self.times |= {} if leaf is None else {proof.index: leaf["at"]}
            self.attempt(SEAL_PROOF, lambda: self.check_place(proof, SEAL_ENTRY, proof.index))
        if leaf is not None and SEAL_OPENING in self.bundle:
            self.attempt(SEAL_OPENING, lambda: self.check_seal_opening(leaf))

    def seal_leaf(self, index: int) -> dict[str, Any]:
        leaf = strict_parse(self.bundle.read(SEAL_ENTRY), index, known_types=False)
        if leaf["t"] != "evidence.exported":
            raise Contradiction(Reason.ENTRY_MISMATCH, "this is not the entry of an export")
        return leaf

    def check_seal_opening(self, leaf: dict[str, Any]) -> None:
        opening = parse_opening(sole_json(self.bundle.read(SEAL_OPENING)))
        if opening.field != "manifest" or opening.field not in leaf.get("c", {}):
            raise Contradiction(Reason.OPENING_MISMATCH, "it opens another field than the list of files")
        verify_opening(opening, leaf["c"]["manifest"])
        digest = (self.bundle.measure(MANIFEST) or ("", 0))[0] if MANIFEST in self.bundle else None
        if digest is not None and opening.value.hex() != digest:
            raise Contradiction(Reason.CONTENT_MISMATCH, "the list of files is not the one that was sealed")

    # The items

    def check_items(self) -> int:
        if ITEMS not in self.bundle:
            return 0
        lines = self.attempt(ITEMS, lambda: parse_lines(self.bundle.read(ITEMS)))
        if lines is None:
            return 0
        expected = {*PAYLOAD, *TAGS, "tagmanifest-sha256.txt"}
        last = -1
        for line in lines:
            if line.index <= last or (self.sealed is not None and line.index >= self.sealed):
                words = f"entry {line.index} does not stand where it was recorded"
                self.findings.append(failed(Reason.ITEM_REORDERED, ITEMS, words))
            last = max(last, line.index)
            expected |= {f"data/entries/{line.index}.json", f"proofs/{line.index}.tlog-proof"}
            expected |= {each.file for each in line.objects}
            expected |= {f"data/openings/{line.index}.json"} if line.opened else set()
            found, sound = check_item(self.bundle, self.listing, line)
            self.findings += found
            self.times |= {line.index: line.at} if sound else {}
            self.withheld += len(line.withheld)
            self.check_item_place(line.index, sound=sound)
        for path in sorted(self.bundle.files.keys() - expected):
            if not _CONSISTENCY.fullmatch(path):
                self.findings.append(failed(Reason.ITEM_ADDED, path, "no item speaks of this file"))
        return len(lines)

    def check_item_place(self, index: int, *, sound: bool) -> None:
        path = f"proofs/{index}.tlog-proof"
        if path not in self.bundle:
            self.findings.append(absent(path))
            return
        proof = self.proof(path)
        if proof is not None and sound:
            self.attempt(path, lambda: self.check_place(proof, f"data/entries/{index}.json", index))

    # Places in the log

    def proof(self, path: str) -> TlogProof | None:
        return self.attempt(path, lambda: self.read_proof(self.bundle.read(path)))

    @staticmethod
    def read_proof(data: bytes) -> TlogProof:
        proof = parse_tlog_proof(data)
        if proof.encode() != data:
            raise Malformed("it has a line that is no part of a proof: believe nothing in it")
        return proof

    def check_place(self, proof: TlogProof, entry: str, index: int) -> None:
        if proof.index != index:
            raise Contradiction(Reason.PATH_MISMATCH, f"it is the proof of entry {proof.index}")
        head = self.open_note(proof.checkpoint)
        self.heads.add(head)
        verify_inclusion(index, head.size, leaf_hash(self.bundle.read(entry)), proof.path, head.root)

    def earlier_heads(self) -> set[TreeHead]:
        """Return the heads that the newest checkpoint is shown to continue, itself among them."""
        paths = sorted(filter(_CONSISTENCY.fullmatch, self.bundle.files))
        found = [self.attempt(path, partial(self.earlier_head, path)) for path in paths]
        return {head for head in (*found, self.newest) if head is not None}

    def earlier_head(self, path: str) -> TreeHead | None:
        said = sole_json(self.bundle.read(path))
        if not isinstance(said, dict) or said.keys() != {"from", "to", "path", "checkpoint"}:
            raise Malformed("an object with other keys than it must have")
        if path != f"proofs/consistency/{said['from']}-{said['to']}.json" or not isinstance(said["checkpoint"], str):
            raise Malformed("its name says other sizes than it holds")
        sizes = said["from"], said["to"]
        if any(type(size) is not int for size in sizes) or not 0 < sizes[0] <= sizes[1] <= MAX_SIZE:
            raise Malformed("sizes between which nothing can be shown")
        if not isinstance(said["path"], list) or not all(isinstance(node, str) for node in said["path"]):
            raise Malformed("a path that is none")
        nodes = [unb64(node) for node in said["path"]]
        if len(nodes) > _MOST_NODES or any(len(node) != HASH_SIZE for node in nodes):
            raise Malformed("a path that is longer than any, or of something else than hashes")
        if self.newest is None or self.trust is None:
            return None
        head = self.trust.open(said["checkpoint"].encode("utf-8", "replace"), covering=False)
        if (head.origin, head.size, self.newest.size) != (self.newest.origin, said["from"], said["to"]):
            raise Malformed("it speaks of other checkpoints than it holds")
        check_extends(head, self.newest, nodes)
        return head

    def check_heads(self, shown: set[TreeHead]) -> None:
        """Check that every checkpoint of the bundle is one history with the newest."""
        if self.newest is None or self.trust is None:
            return
        sizes = {head.size for head in shown}
        for head in self.heads - shown:
            if head.origin != self.newest.origin:
                self.findings.append(failed(Reason.UNKNOWN_LOG, CHECKPOINT, "a proof is of another log"))
            elif head.size in sizes or head.size > self.newest.size:
                words = "a proof has another history than the checkpoint"
                self.findings.append(failed(Reason.FORK_DETECTED, CHECKPOINT, words))
            else:
                words = f"nothing shows that the log of {self.newest.size} continues that of {head.size}"
                self.findings.append(unverifiable(Reason.NOT_CHECKED, CHECKPOINT, words))
        if self.newest in self.trust.vouched:
            self.trust.vouched |= shown

    def say_of_keys(self) -> None:
        if self.trust is None:
            return
        if self.trust.unvouched():
            self.findings.append(unverifiable(Reason.REVOKED_KEY_ALONE, CHECKPOINT, "only a revoked key signed"))
        if self.trust.superseded:
            words = "the key that signed was replaced later"
            self.findings.append(Finding(Verdict.VERIFIED, Reason.SUPERSEDED, CHECKPOINT, words))

    def check_cosigners(self) -> None:
        """Take no cosignature that is older than an entry it covers, and check the quorum without those."""
        for head in () if self.trust is None else list(self.trust.cosigned):
            covered = (at for index, at in self.times.items() if index < head.size)
            latest = max((seconds_of(at) for at in covered), default=0)
            early = self.trust.drop_early(head, latest) if self.trust is not None else []
            if head == self.newest:
                self.early += sorted((printable(key.name), moment(seconds)) for key, seconds in early)
            if early and self.trust is not None and head in self.trust.covering:
                self.attempt(CHECKPOINT, partial(self.check_quorum, head))

    def check_quorum(self, head: TreeHead) -> None:
        if self.trust is not None:
            self.trust.check_quorum(self.trust.cosigned[head])
