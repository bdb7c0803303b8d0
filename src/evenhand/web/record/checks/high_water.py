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

    A file that is not there, or not ours to read, is a remark: whoever verifies need not hold the signer's files.
    """
    try:
        high = parse_tree_head(file.high_water.read_text("ascii"))
    except OSError:
        return [notice(str(file.high_water), "the signer's high-water file cannot be read")] if last else []
    except (Malformed, UnicodeDecodeError):
        return [failed(Reason.MALFORMED, str(file.high_water), "the signer's high-water file is damaged")]
    head = store.head()
    try:
        check_high_water(store, TreeHead(high.origin, head.size, root_of(head)), high)
    except Contradiction as error:
        return [from_error(error)]
    if not last or last[-1].size < high.size:
        words = "it was signed, but its row is missing; the next checkpoint settles it if the signer was cut short"
        return [unverifiable(Reason.NO_CHECKPOINT, f"ledger_checkpoint size {high.size}", words)]
    return []
