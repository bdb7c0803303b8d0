"""Which records were not taken: for each reason where they stand, what was expected there, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evenhand.posts.telling.places import place_words
from evenhand.posts.telling.reasons import Say, reason_words


def refusals(refused: Iterable[tuple[str, str]], _: Say, *, most: int) -> Iterator[str]:
    """Yield a line for each reason code of (place, reason code), with `most` of its places at most."""
    by_reason: dict[str, list[str]] = {}
    for place, reason in refused:
        by_reason.setdefault(reason, []).append(place)
    for reason, places in by_reason.items():
        expected, mend = reason_words(reason, _)
        shown = "; ".join(place_words(place, _) for place in places[:most]) + (" …" if len(places) > most else "")
        told = {"places": shown, "expected": expected, "mend": mend}
        yield _("At %(places)s. Expected: %(expected)s What to do: %(mend)s") % told
