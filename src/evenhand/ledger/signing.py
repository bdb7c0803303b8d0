"""Making a checkpoint: never two roots for one size, never a tree that does not continue the last signed one.

The high-water file (the last checkpoint text, unsigned) lies beside the key, outside the database and its
backups: a database that was rolled back cannot pull it back too. Order (EVIDENCE §1.14): head, root from the
frontier, root from tiles, high-water check, high-water durable, sign, row. The caller commits, then exports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from evenhand.context import Context
from evenhand.ledger.checkpoint import TreeHead, open_checkpoint, parse_tree_head, sign_checkpoint
from evenhand.ledger.errors import AppendRefused, Contradiction, Malformed, Reason
from evenhand.ledger.files import only_signer, read_secret, sync_directory, write_durably
from evenhand.ledger.keyring import ACTIVE, Keyring, Status
from evenhand.ledger.leaf import format_time
from evenhand.ledger.notes import Signer, VerifierKey
from evenhand.ledger.proofs import root_from_tiles
from evenhand.ledger.store import Checkpoint, Head, Store
from evenhand.ledger.tree import root_of


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The file of the log's private key (0600, one line), and the files that lie beside it."""

    path: Path

    @property
    def high_water(self) -> Path:
        """Size and root of the last tree that was, or was about to be, signed."""
        return self.path.with_name(f"{self.path.name}.high-water")

    @property
    def lock(self) -> Path:
        """Held by the one process that signs."""
        return self.path.with_name(f"{self.path.name}.lock")

    def create(self, origin: str, ctx: Context) -> Signer:
        """Write a new key for the log `origin` and return it; an existing key file is never replaced."""
        if self.path.exists():
            raise AppendRefused("there is a log key already", where=str(self.path))
        signer = Signer.generate(origin, ctx)
        write_durably(self.path, f"{signer.encode()}\n".encode("ascii"), mode=0o600)
        return signer

    @property
    def next(self) -> KeyFile:
        """The file of the key that takes over, while one does."""
        return KeyFile(self.path.with_name(f"{self.path.name}.next"))

    def read(self) -> Signer:
        """Return the key. Raises UsageError where others may read the file, Malformed for what is no key."""
        try:
            return Signer.parse(read_secret(self.path))
        except (Malformed, UnicodeDecodeError):
            raise Malformed("not a private log key", where=str(self.path)) from None

    def signers(self) -> list[Signer]:
        """Return the key, and beside it the one that takes over: both sign while a rotation is under way."""
        return [self.read(), self.next.read()] if self.next.path.exists() else [self.read()]

    def take_over(self) -> None:
        """Put the next key in the place of this one, durably; the old private key is gone then."""
        self.next.path.replace(self.path)
        sync_directory(self.path.parent)


NO_KEYS: Final[Keyring] = MappingProxyType({})


def make_checkpoint(store: Store, key_file: KeyFile, ctx: Context, keyring: Keyring = NO_KEYS) -> Checkpoint:
    """Return the checkpoint of the tree as it stands: the stored one if its size has one, else a new one.

    `keyring`: the keys of this log, so that a checkpoint by an earlier one is continued, and a rotation that was cut
    off at its very end is ended. Runs in the caller's transaction and inserts the row; the caller commits. Raises
    Contradiction `rollback_detected`, `fork_detected` or `root_mismatch` (nothing is signed), AppendRefused (another
    signer; a lost high-water file).
    """
    with only_signer(key_file.lock):
        return sign_head(store, key_file, ctx, keyring)


def sign_head(store: Store, key_file: KeyFile, ctx: Context, keyring: Keyring = NO_KEYS) -> Checkpoint:
    """Do what `make_checkpoint` does, for a caller that holds the signer's lock."""
    state = store.head()  # before the keys: a key that comes later signs too early at most, never too late
    if key_file.next.path.exists() and keyring.get(key_file.read().verifier, ACTIVE).status is not Status.ACTIVE:
        key_file.take_over()
    signers = key_file.signers()
    head = TreeHead(signers[0].name, state.size, checked_root(store, state))
    last = store.checkpoints(last=1)
    _check_signed_last(store, head, key_file.high_water, last)
    if last:
        _check_continues(store, head, last[0], [*keyring, *(signer.verifier for signer in signers)])
    if last and last[0].size == head.size:
        return last[0]
    write_durably(key_file.high_water, head.text().encode("ascii"), mode=0o600)
    made = Checkpoint(head.size, sign_checkpoint(head, signers), format_time(ctx.now()))
    store.add_checkpoint(made)
    return made


def checked_root(store: Store, head: Head) -> bytes:
    """Return the root of the tree, once from the frontier and once from tiles; they must agree."""
    root = root_of(head)
    if root_from_tiles(store, head.size) != root:
        raise Contradiction(Reason.ROOT_MISMATCH, "the tiles lead to another root than the head", where="ledger_head")
    return root


def read_high_water(path: Path) -> TreeHead | None:
    """Return the tree that was signed last; None where the file is not there.

    Raises Malformed, with its path, for a file that is damaged, and OSError for one that cannot be read here.
    """
    try:
        return parse_tree_head(path.read_text("ascii"))
    except FileNotFoundError:
        return None
    except (Malformed, UnicodeDecodeError):
        raise Malformed("the high-water file is damaged; nothing is signed with it", where=str(path)) from None


def check_high_water(store: Store, size: int, high: TreeHead) -> None:
    """Return if a tree of `size` leaves still begins with the tree signed last; else raise, naming the size."""
    if high.size > size:
        raise Contradiction(
            Reason.ROLLBACK_DETECTED,
            f"the log holds {size} leaves, but a tree of {high.size} was signed; nothing was signed now",
            where="ledger_head",
            mend="The database is older than the last checkpoint: restore the newer one.",
        )
    if root_from_tiles(store, high.size) != high.root:
        raise Contradiction(
            Reason.ROLLBACK_DETECTED,
            f"the first {high.size} leaves are not those that were signed; nothing was signed now",
            where="ledger_tile",
            mend="The log was rewritten: restore the database whose `ledger verify` agrees with the checkpoint.",
        )


def _check_signed_last(store: Store, head: TreeHead, path: Path, last: Sequence[Checkpoint]) -> None:
    """Return if a head may be signed after what the high-water file says; AppendRefused where that file was lost."""
    high = read_high_water(path)
    if high is None:
        if last:
            raise AppendRefused(
                "the high-water file is missing although checkpoints were signed; nothing was signed now",
                where=str(path),
                mend="Bring it back from where the log key is kept.",
            )
        return
    if high.origin != head.origin:
        raise Contradiction(Reason.UNKNOWN_LOG, f"the high-water file is of the log {high.origin}")
    check_high_water(store, head.size, high)


def _check_continues(store: Store, head: TreeHead, last: Checkpoint, keys: Sequence[VerifierKey]) -> None:
    """Return if the tree continues the last checkpoint row; a row by a key not of this log proves nothing and stops.

    It may bear an earlier name of the log: one that lost its end goes on under a new name.
    """
    said = open_checkpoint(last.note, keys).head
    check_high_water(store, head.size, said)
