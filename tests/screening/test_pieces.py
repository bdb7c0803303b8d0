from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evenhand.screening.encoder import shipped_encoder
from evenhand.screening.pieces import MOST_WINDOWS, PARENT, STRIDE, WINDOW, padded, pieces, windows


@given(st.integers(0, 3000), st.integers(0, 60))
def test_windows_cover_every_token_up_to_their_number(count: int, above: int) -> None:
    ids = list(range(1000, 1000 + count))
    rows = windows(7, ids, list(range(above)))
    assert 1 <= len(rows) <= MOST_WINDOWS
    covered = {row.first + at for row in rows for at in range(len(row.ids))}
    assert covered == set(range(min(count, STRIDE * (MOST_WINDOWS - 1) + WINDOW)))
    for row in rows:
        assert list(row.ids) == ids[row.first : row.first + WINDOW]
        assert len(row.parent) == min(above, PARENT)
        assert row.size <= WINDOW + PARENT + 3


def test_padding_and_parents_are_marked() -> None:
    rows = [*windows(0, [5, 6]), *windows(1, [7], [8, 9])]
    ids, parts = padded(rows)
    assert ids.tolist() == [[101, 5, 6, 102, 0, 0], [101, 7, 102, 8, 9, 102]]
    assert parts.tolist() == [[0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1]]
    assert padded(rows, 9)[0].shape == (2, 9)
    assert np.array_equal(padded(rows, 9)[0][:, :6], ids)


@given(st.lists(st.text(max_size=40), max_size=4))
def test_places_lie_inside_the_text(texts: list[str]) -> None:
    for text, one in zip(texts, pieces(shipped_encoder().model.tokenizer, texts), strict=True):
        assert len(one.ids) == len(one.places)
        assert all(0 <= begin <= end <= len(text) for begin, end in one.places)
