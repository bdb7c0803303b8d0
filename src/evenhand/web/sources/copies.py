"""The sealed copies of files that came in: how one goes, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from evenhand.context import Context
from evenhand.corpus.store import discard
from evenhand.web.home import Home
from evenhand.web.record.documents import canonical
from evenhand.web.record.ids import ORGANISATION, SYSTEM, KeyId
from evenhand.web.record.keys import destroy_key
from evenhand.web.record.projections import ROWS
from evenhand.web.record.sealed import erase_texts
from evenhand.web.record.unit import recording
from evenhand.web.sources.models import Import
from evenhand.web.sources.sealing import path_of
from evenhand.web.vault.erasing import note_destroyed

_BESIDE: Final[list[Callable[[Collection[str]], Iterable[str]]]] = []


def register_beside(beside: Callable[[Collection[str]], Iterable[str]]) -> None:
    """Register who seals texts under the keys of sealed copies (by import id), which go with them; in `ready()`."""
    _BESIDE.append(beside)


def texts_beside(imports: Collection[str]) -> list[str]:
    """Return the sealed texts that lie under the keys of these imports' copies."""
    return [text for beside in _BESIDE for text in beside(imports)]


def forget_copies(gone: Sequence[Import], *, ctx: Context, home: Home, why: str | None = None) -> None:
    """Destroy sealed copies whole; digest and counts stay. `why`: of an erasure that could not blank its records."""
    purpose = "erase the copy of a source file" if why else "forget old source files"
    with recording(actor=SYSTEM, ctx=ctx, purpose=purpose) as r:
        texts = [*(row.name_id for row in gone), *texts_beside([row.id for row in gone])]
        erase_texts(r, texts)
        Import.objects.filter(id__in=[row.id for row in gone]).update(key_id="", wrapped_key="", name_id="")
        r.add(
            type="retention.purged",
            key=ORGANISATION,
            why=why,
            body={
                "forgotten_sources": [row.id for row in gone],
                "erased_texts": texts,
                ROWS: note_destroyed({KeyId(row.key_id) for row in gone}),
            },
            commitments={"count": canonical({"sources": len(gone)})},
        )
        r.on_commit(lambda: destroy_copies(home, [(row.held_as, row.key_id) for row in gone]))


def destroy_copies(home: Home, gone: Iterable[tuple[str, str]]) -> None:
    """Destroy the keys and files of copies (the id a file lies under, the id of its key).

    Whoever calls it has noted the keys before (`note_destroyed`): should this be cut short, the next start does it.
    """
    for held_as, key in gone:
        destroy_key(KeyId(key))
        discard(path_of(home, held_as))
