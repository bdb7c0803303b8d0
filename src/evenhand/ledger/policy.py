"""Trust policies (C2SP tlog-policy): which logs, which witnesses, and how many of them make a quorum."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from evenhand.ledger.errors import BadPolicy, Malformed
from evenhand.ledger.notes import KeyType, VerifierKey, parse_trusted_vkey

NONE: Final = b"none"
MAX_POLICY: Final = 1 << 20
_ALLOWED: Final = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_COUNT: Final = re.compile(rb"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Group:
    """A group is met when `threshold` of its members are: witnesses or earlier groups, by name."""

    threshold: int
    members: tuple[bytes, ...]


@dataclass
class Policy:
    """A parsed policy. Names are bytes and compare as bytes; a witness counts once."""

    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[bytes, VerifierKey] = field(default_factory=dict)
    groups: dict[bytes, Group] = field(default_factory=dict)
    quorum: bytes = NONE

    def is_met(self, cosigned: Collection[bytes]) -> bool:
        """Return whether the witnesses named in `cosigned` make the quorum; `none` asks for nobody."""
        return self.quorum == NONE or self._met(self.quorum, cosigned)

    def is_met_by(self, cosigners: Collection[VerifierKey]) -> bool:
        """Return whether these verified cosigners make the quorum."""
        return self.is_met({name for name, key in self.witnesses.items() if key in cosigners})

    def _met(self, name: bytes, cosigned: Collection[bytes]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned and name in self.witnesses
        return sum(self._met(member, cosigned) for member in group.members) >= group.threshold


@dataclass(frozen=True, slots=True)
class NamedWitness:
    """A witness that a log asks: its key, whose name is also its name in the policy, and where it is asked."""

    key: VerifierKey
    url: str


def write_policy(logs: Iterable[str], witnesses: Iterable[NamedWitness] = ()) -> bytes:
    """Return the policy that a log publishes of itself: its keys (vkey texts) and the witnesses it asks.

    The quorum is `none`: a proof made while a witness was away must not fail. Whoever wants a quorum changes one line.
    """
    lines = [f"log {vkey}" for vkey in logs]
    lines += [f"witness {each.key.name} {each.key} {each.url}" for each in witnesses]
    head = "# Whom to trust about this log. Compare with a copy from another source."
    return "".join(f"{line}\n" for line in (head, *lines, "quorum none")).encode()


def parse_policy(data: bytes) -> Policy:
    """Return the policy of a file; raises BadPolicy naming the line. One quorum line; names defined earlier."""
    if len(data) > MAX_POLICY or not _ALLOWED.fullmatch(data):
        raise BadPolicy("the policy is over 1 MiB or holds a byte that is not allowed")
    reader = _Reader()
    for number, line in enumerate(data.split(b"\n"), 1):
        words = [] if line.lstrip().startswith(b"#") else line.split()
        try:
            reader.read(words)
        except (BadPolicy, Malformed) as error:
            raise BadPolicy(error.what, where=f"policy line {number}") from None
    if not reader.has_quorum:
        raise BadPolicy("the policy has no quorum line")
    return reader.policy


class _Reader:
    """Reads one line after another into a policy."""

    def __init__(self) -> None:
        self.policy = Policy()
        self.has_quorum = False
        self._members: set[bytes] = set()
        self._readers: dict[bytes, Callable[[list[bytes]], None]] = {
            b"log": self._log,
            b"witness": self._witness,
            b"group": self._group,
            b"quorum": self._quorum,
        }

    def read(self, words: list[bytes]) -> None:
        """Take one line, already cut into words."""
        if not words:
            return
        if words[0] not in self._readers:
            raise BadPolicy("unknown keyword")
        self._readers[words[0]](words[1:])

    def _log(self, words: list[bytes]) -> None:
        _expect(1 <= len(words) <= 2, "a log line is: log <vkey> [url]")
        key = _key(words[0], KeyType.LOG)
        _expect(key not in self.policy.logs, "this log key occurs twice")
        self.policy.logs.append(key)

    def _witness(self, words: list[bytes]) -> None:
        _expect(2 <= len(words) <= 3, "a witness line is: witness <name> <vkey> [url]")
        name = self._new_name(words[0])
        key = _key(words[1], KeyType.COSIGNER)
        _expect(key not in self.policy.witnesses.values(), "this witness key occurs twice")
        self.policy.witnesses[name] = key

    def _group(self, words: list[bytes]) -> None:
        _expect(len(words) >= 3, "a group line is: group <name> <k|all|any> <member>…")
        name, members = self._new_name(words[0]), words[2:]
        for member in members:
            _expect(self._defined(member), "a member that no earlier line defines")
            _expect(member not in self._members, "a member of two groups, or twice of one")
            self._members.add(member)
        self.policy.groups[name] = Group(_threshold(words[1], len(members)), tuple(members))

    def _quorum(self, words: list[bytes]) -> None:
        _expect(len(words) == 1, "a quorum line is: quorum <name|none>")
        _expect(not self.has_quorum, "a second quorum line")
        _expect(words[0] == NONE or self._defined(words[0]), "a quorum that no earlier line defines")
        self.policy.quorum, self.has_quorum = words[0], True

    def _defined(self, name: bytes) -> bool:
        return name in self.policy.witnesses or name in self.policy.groups

    def _new_name(self, name: bytes) -> bytes:
        _expect(name != NONE, "the name none is taken")
        _expect(not self._defined(name), "this name is defined twice")
        return name


def _expect(holds: bool, problem: str) -> None:
    if not holds:
        raise BadPolicy(problem)


def _key(word: bytes, kind: KeyType) -> VerifierKey:
    try:
        key = parse_trusted_vkey(word.decode())
    except UnicodeDecodeError:
        raise BadPolicy("a verifier key that is not UTF-8") from None
    _expect(key.kind in (kind, KeyType.ML_DSA_44), "a verifier key of the wrong type for this line")
    return key


def _threshold(word: bytes, members: int) -> int:
    if word in (b"all", b"any"):
        return members if word == b"all" else 1
    _expect(bool(_COUNT.fullmatch(word)) and int(word) <= members, "k is not a number from 1 to the members")
    return int(word)
