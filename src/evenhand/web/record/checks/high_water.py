"""The high-water file: what the signer last signed, kept beside its key, where no database administrator writes."""

from __future__ import annotations

from evenhand.ledger.checking import Finding, failed, from_error, notice, unverifiable
from evenhand.ledger.checkpoint import TreeHead, parse_tree_head
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.signing import KeyFile, check_high_water
from evenhand.ledger.store import Checkpoint, Store
from evenhand.ledger.tree import root_of


def check_file(store: Store, file: KeyFile, last: list[Checkpoint]) -> list[Finding]:
    """Return what contradicts the high-water file: a shorter or another log, a last checkpoint that is gone.

    Without it nothing here shows that the database is not an older copy of the log. Beside the log key that is
    `unverifiable`: the file belongs there. Where the key is not here or not ours to read it is a remark: whoever
    verifies need not hold the signer's files.
    """
    try:
        high = parse_tree_head(file.high_water.read_text("ascii"))
    except OSError as error:
        return [_unread(file, error)] if last else []
    except (Malformed, UnicodeDecodeError):
        return [failed(Reason.MALFORMED, str(file.high_water), "the signer's high-water file is damaged")]
    head = store.head()
    try:
        check_high_water(store, TreeHead(high.origin, head.size, root_of(head)), high)
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


def _unread(file: KeyFile, error: OSError) -> Finding:
    what = "an older copy of the database would not be told from the newest"
    place = str(file.high_water)
    if isinstance(error, FileNotFoundError) and file.path.exists():
        words = f"the file that says how far the log was signed is missing: {what}, and nothing is signed without it"
        return unverifiable(Reason.NOT_CHECKED, place, words)
    return notice(place, f"the file that says how far the log was signed cannot be read here: {what}")
