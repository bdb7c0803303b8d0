"""Pseudonyms: the row of each person's name under each key is there, is theirs, and is the name in their leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from evenhand.errors import DoesNotHold
from evenhand.ledger.checking import Finding, failed
from evenhand.ledger.encoding import b64u
from evenhand.ledger.errors import Reason
from evenhand.web.record.checks.documents import Checked, Keys
from evenhand.web.record.crypto import blind_index
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.models import Pseudonym
from evenhand.web.record.pseudonyms import opened


@dataclass(slots=True)
class Names:
    """Gathers who acted under which key and as whom in the leaves, then compares with the table.

    A document that erases names lists their blind indexes (hex) in `body["erased_names"]`.
    """

    keys: Keys
    _shown: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    _erased: set[str] = field(default_factory=set)

    def take(self, checked: Checked) -> None:
        """Note the actor of a document that opened, and the name its leaf shows."""
        document = checked.document
        if document is None or not checked.row.leaf:
            return
        self._erased.update(document.body.get("erased_names", []))
        if document.actor != SYSTEM:
            shown = self._shown.setdefault((document.key, document.actor), {})
            shown.setdefault(str(checked.row.leaf.get("act")), document.seq)

    def findings(self, *, complete: bool) -> Iterator[Finding]:
        """Yield each name that is missing, changed, somebody else's or nobody's (the last if all documents opened)."""
        stored = {bytes(row.lookup): row for row in Pseudonym.objects.iterator(2_000)}
        for (key_id, actor), shown in self._shown.items():
            data_key = self.keys.get(key_id)
            if data_key is None:
                continue
            lookup = blind_index(data_key, "pseudonym", actor)
            yield from self._check(stored.pop(lookup, None), lookup, key_id, data_key, shown)
        for lookup in stored if complete else ():
            yield failed(Reason.ITEM_ADDED, _place(lookup), "nobody who acted has this name")

    def _check(
        self, row: Pseudonym | None, lookup: bytes, key_id: str, data_key: bytes, shown: dict[str, int]
    ) -> Iterator[Finding]:
        if row is None:
            if lookup.hex() not in self._erased:
                yield failed(Reason.OPENING_MISSING, _place(lookup), f"the name in leaf {min(shown.values())} is gone")
            return
        if row.key_id != key_id:
            yield failed(Reason.OPENING_MISMATCH, _place(lookup), "it names another key than its documents")
        try:
            name = b64u(opened(row, data_key))
        except DoesNotHold as error:
            yield failed(Reason.OPENING_MISMATCH, _place(lookup), error.what)
            return
        for seq in sorted(seq for other, seq in shown.items() if other != name):
            words = f"document and leaf {seq} differ in: act"
            yield failed(Reason.DOCUMENT_MISMATCH, _place(lookup), words)


def _place(lookup: bytes) -> str:
    return f"pseudonym lookup {lookup.hex()}"
