"""The high-water file: what the signer last signed, kept beside its key, where no database administrator writes."""

from __future__ import annotations

from typing import Final

from evenhand.ledger.checking import Finding, from_error, notice, unverifiable
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.signing import KeyFile, check_high_water, read_high_water
from evenhand.ledger.store import Checkpoint, Store


def check_file(store: Store, file: KeyFile, last: list[Checkpoint]) -> list[Finding]:
    """Return what contradicts the high-water file: a shorter or another log, a last checkpoint that is gone.

    Without it nothing here shows that the database is not an older copy of the log. Beside the log key that is
    `unverifiable`: the file belongs there. Where the key is not here or not ours to read it is a remark: whoever
    verifies need not hold the signer's files.
    """
    try:
        high = read_high_water(file.high_water)
    except OSError:
        return [_unread(file)] if last else []
    except Malformed as error:
        return [from_error(error)]
    if high is None:
        return [_missing(file)] if last else []
    try:
        check_high_water(store, store.head().size, high)
    except Contradiction as error:
        return [from_error(error, "" if error.where else "ledger_head")]
    if not last or last[-1].size < high.size:
        words = "it was signed, but its row is missing; the next checkpoint settles it if the signer was cut short"
        return [unverifiable(Reason.NO_CHECKPOINT, f"ledger_checkpoint size {high.size}", words)]
    return []


def is_missing(file: KeyFile) -> bool:
    """Return whether nothing here says how far the log was signed."""
    try:
        return not file.high_water.exists()
    except OSError:
        return True


_WHAT: Final = "an older copy of the database would not be told from the newest"


def _missing(file: KeyFile) -> Finding:
    if not file.path.exists():
        return _unread(file)
    words = f"the file that says how far the log was signed is missing: {_WHAT}, and nothing is signed without it"
    return unverifiable(Reason.NOT_CHECKED, str(file.high_water), words)


def _unread(file: KeyFile) -> Finding:
    return notice(str(file.high_water), f"the file that says how far the log was signed cannot be read here: {_WHAT}")
