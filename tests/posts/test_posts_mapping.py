"""INTERFACES §6, FMT-C30: mapping files say what they mean, and a wrong one says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.posts.rows.columns import PLAIN
from evenhand.posts.rows.mapping import header_digest, mapping_text, read_mapping

COLUMNS = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), min_size=2, unique=True, max_size=16)


@given(columns=COLUMNS, data=st.data())
def test_a_mapping_comes_back(
    tmp_path_factory: pytest.TempPathFactory, columns: list[str], data: st.DataObject
) -> None:
    fields = data.draw(st.lists(st.sampled_from(PLAIN), unique=True, max_size=len(columns)).map(lambda f: {*f, "text"}))
    mapping = {field: data.draw(st.sampled_from(columns)) for field in fields}
    path = tmp_path_factory.mktemp("m") / "m.toml"
    path.write_bytes(mapping_text(columns, mapping).encode())
    assert read_mapping(path, columns) == mapping


def test_a_header_is_named_whatever_its_order() -> None:
    assert header_digest(["a", "b"]) == header_digest(["b", "a"]) != header_digest(["a,b"])


WRONG = {
    "text = ": "no mapping file",
    "\xff": "no mapping file",
    "text = 'said'": "no table",
    "[columns]\ntext = 1": "no table",
    "[columns]\ntekst = 'said'": "'tekst' is no field. Fields: platform, id",
    "[columns]\ntext = 'sayd'": 'text = "sayd", but the table has no such column. Its columns: nr, said',
    "[columns]\nid = 'nr'": "no column is named for text",
}


@pytest.mark.parametrize("content", WRONG)
def test_a_wrong_mapping_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "m.toml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError) as refused:
        read_mapping(path, ["nr", "said"])
    assert WRONG[content] in str(refused.value)
    assert str(refused.value).startswith(str(path))


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_mapping(tmp_path / "m.toml", ["said"])
