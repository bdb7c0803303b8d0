"""The digest a case pins."""

import json
from dataclasses import replace
from datetime import date

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evenhand.codes import Version, builtin, canonical, digest

VERSION = builtin("quillhaven").versions[1]
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


def test_the_end_and_the_pinned_digest_are_no_part_of_it():
    ended = replace(VERSION, end=date(2039, 1, 1), pinned="")
    assert digest("quillhaven", ended) == digest("quillhaven", VERSION)


def test_any_other_change_changes_it():
    changed: list[Version] = [
        replace(VERSION, note="other"),
        replace(VERSION, start=date(2023, 7, 2)),
        replace(VERSION, published=date(2023, 6, 6)),
        replace(VERSION, clauses=VERSION.clauses[1:]),
        replace(VERSION, definitions=()),
        replace(VERSION, categories={}),
        replace(VERSION, examples=(replace(VERSION.examples[0], adopted=False), *VERSION.examples[1:])),
    ]
    assert digest("quillhaven", VERSION) not in {digest("quillhaven", each) for each in changed}


@pytest.mark.slow
@given(note=TEXTS, number=TEXTS, slug=TEXTS)
def test_the_canonical_bytes_are_rfc_8785(note, number, slug):
    raw = canonical(slug, replace(VERSION, note=note, number=number))
    assert raw == rfc8785.dumps(json.loads(raw))
