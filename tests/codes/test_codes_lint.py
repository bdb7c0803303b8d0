"""Every fault a code of conduct can have is named, with its place and how to mend it."""

from datetime import date
from pathlib import Path

import pytest

from evenhand.codes import Category, digest, lint, load
from evenhand.errors import UsageError

TODAY = date(2026, 6, 1)
CATEGORIES = "\n".join(f"{name} = []" for name in Category if name != "abuse")

GOOD = f"""
slug = "rowing-club"
title = "Rules of the rowing club"

[[version]]
number = "1"
published = 2027-01-01
from = 2027-02-01

[version.categories]
abuse = ["2.1"]
{CATEGORIES}

[[version.clause]]
number = "2.1"
title = "No abuse"
text = "Do not insult people."
acts = ["wrote", "liked"]
most = {{ wrote = "L5", liked = "L1" }}
see = ["2.2"]

[[version.clause]]
number = "2.2"
title = "Tone"
text = "Be kind."
acts = ["wrote"]
most = {{ wrote = "L1" }}

[[version.definition]]
term = "abuse"
text = "Calling people names."

[[version.example]]
number = "1"
of = "abuse"
text = "Calling the cox a clown."
adopted = true
since = 2027-02-01
"""


def second(start="2028-01-01", number="2", until=""):
    body = GOOD.split("[[version]]", 1)[1].replace('"1"\npublished', f'"{number}"\npublished', 1)
    return "[[version]]" + body.replace("from = 2027-02-01", f"from = {start}\n{until}", 1)


def found(text, today=TODAY):
    return [str(fault) for fault in lint(text, today=today)]


def swap(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_a_good_code_has_no_fault():
    assert found(GOOD) == []


CASES = {
    "slug missing": (swap('slug = "rowing-club"', ""), "the code: slug is missing."),
    "slug not plain": (swap("rowing-club", "Rowing Club"), "the code: slug 'Rowing Club' is not a plain name."),
    "title of the wrong kind": (swap('title = "Rules of the rowing club"', "title = 3"), "the code: title is not a"),
    "no version": (GOOD.split("[[version]]", maxsplit=1)[0], "the code: version is missing."),
    "version not a list": ('slug="a"\ntitle="b"\nversion = 3', "the code: version is not a list of tables."),
    "empty versions": ('slug="a"\ntitle="b"\nversion = []', "the code: there is no version."),
    "unknown key": (swap("see =", "sea ="), "version 1, clause 2.1: unknown key 'sea'."),
    "unknown act type": (swap('"liked"]', '"loved"]'), "version 1, clause 2.1: unknown act type 'loved'."),
    "unknown rung": (swap('wrote = "L5"', 'wrote = "L9"'), "version 1, clause 2.1, most: unknown rung 'L9'."),
    "unknown category": (swap("abuse = [", "cheek = ["), "version 1, categories: unknown category 'cheek'."),
    "category missing": (swap("threat = []", ""), "version 1, categories: threat is missing."),
    "categories not a table": (
        'slug="a"\ntitle="b"\n[[version]]\nnumber="1"\ncategories=3',
        "version 1: categories is not a table.",
    ),
    "day in quotes": (swap("2027-01-01", '"2027-01-01"'), "version 1: published is not a day."),
    "day with a time": (swap("2027-01-01", "2027-01-01T00:00:00Z"), "version 1: published is not a day."),
    "list of numbers": (swap('see = ["2.2"]', "see = [2]"), "version 1, clause 2.1: see is not a list of texts."),
    "control character": (swap("Be kind.", "Be \\u001b[31mkind."), "version 1, clause 2.2: text holds a control"),
    "reordering character": (swap("Be kind.", "Be \\u202ekind."), "version 1, clause 2.2: text holds a control"),
    "in force before publication": (swap("2027-01-01", "2027-03-01"), "version 1: it is in force (2027-02-01) before"),
    "ends before it begins": (
        swap("from = 2027-02-01", "from = 2027-02-01\nuntil = 2027-02-01"),
        "version 1: it ends before it begins.",
    ),
    "duplicate clause": (swap('number = "2.2"', 'number = "2.1"'), "version 1, clause 2.1: this number occurs twice."),
    "clause referenced but missing": (
        swap('see = ["2.2"]', 'see = ["9"]'),
        "version 1, clause 2.1: see names clause 9",
    ),
    "category to a missing clause": (
        swap('abuse = ["2.1"]', 'abuse = ["9"]'),
        "version 1, categories, abuse: clause 9 is missing.",
    ),
    "category names a clause twice": (
        swap('abuse = ["2.1"]', 'abuse = ["2.1", "2.1"]'),
        "version 1, categories, abuse: clause 2.1 occurs twice.",
    ),
    "no act": (
        swap('acts = ["wrote"]\nmost = { wrote = "L1" }', "acts = []\nmost = { }"),
        "version 1, clause 2.2: it covers no act.",
    ),
    "act twice": (swap('acts = ["wrote"]', 'acts = ["wrote", "wrote"]'), "version 1, clause 2.2: act wrote occurs"),
    "no most": (swap(', liked = "L1"', ""), "version 1, clause 2.1: it names no most for liked."),
    "most too many": (swap(', "liked"', ""), "version 1, clause 2.1: most names liked, which it does not cover."),
    "liking as grave as writing": (swap('liked = "L1"', 'liked = "L5"'), "version 1, clause 2.1: liked may have"),
    "no adoption decision": (swap("adopted = true", ""), "version 1, example 1: there is no adoption decision."),
    "adoption is a word": (swap("adopted = true", 'adopted = "yes"'), "version 1, example 1: there is no adoption"),
    "adopted without a day": (swap("since = 2027-02-01", ""), "version 1, example 1: since is missing."),
    "example of nothing": (swap('of = "abuse"', 'of = "cheek"'), "version 1, example 1: 'cheek' is not defined here."),
    "adopted after the end": (
        swap("from = 2027-02-01", "from = 2027-02-01\nuntil = 2028-01-01").replace(
            "since = 2027-02-01", "since = 2028-01-01"
        ),
        "version 1, example 1: it would count only after this version has ended.",
    ),
    "term twice": (
        GOOD + '[[version.definition]]\nterm = "abuse"\ntext = "x"\n',
        "version 1, definition abuse: this term is defined twice.",
    ),
    "example twice": (
        GOOD + '[[version.example]]\nnumber="1"\nof="abuse"\ntext="x"\nadopted=false\nsince=2027-02-01\n',
        "version 1, example 1 of abuse: this number occurs twice.",
    ),
    "overlap": (GOOD + second(), "version 1: it overlaps version 2."),
    "overlap of two that end": (
        swap("from = 2027-02-01", "from = 2027-02-01\nuntil = 2028-01-02") + second(until="until = 2029-01-01"),
        "version 1: it overlaps version 2.",
    ),
    "gap": (
        swap("from = 2027-02-01", "from = 2027-02-01\nuntil = 2027-12-31") + second(),
        "version 1: no version is in force between it and version 2.",
    ),
    "version number twice": (
        swap("from = 2027-02-01", "from = 2027-02-01\nuntil = 2028-01-01") + second(number="1"),
        "version 1: this number occurs twice.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_fault_is_named(name):
    text, start = CASES[name]
    assert any(line.startswith(start) for line in found(text)), found(text)


def test_two_versions_that_meet_are_fine():
    assert found(swap("from = 2027-02-01", "from = 2027-02-01\nuntil = 2028-01-01") + second()) == []


def test_all_faults_are_listed_and_not_the_first_alone():
    text = swap('number = "2.2"', 'number = "2.1"').replace('abuse = ["2.1"]', 'abuse = ["7", "8"]')
    assert len(found(text)) == 4


def published(text):
    code = load(text)
    pin = digest(code.slug, code.versions[0])
    return text.replace("from = 2027-02-01", f'from = 2027-02-01\ndigest = "{pin}"', 1)


def test_a_published_version_must_be_pinned_and_the_fault_gives_the_digest():
    later = date(2027, 1, 1)
    assert found(GOOD, today=date(2026, 12, 31)) == []
    (line,) = found(GOOD, today=later)
    assert "published but not pinned" in line
    assert digest("rowing-club", load(GOOD).versions[0]) in line
    assert found(published(GOOD), today=later) == []


def test_an_edited_published_version_is_noticed():
    text = published(GOOD).replace("Be kind.", "Be kinder.")
    (line,) = found(text, today=date(2027, 1, 1))
    assert "a published version was edited" in line


def test_wrapping_the_text_anew_is_no_edit():
    text = published(swap('"Be kind."', '"""Be\nkind."""'))
    assert found(text.replace("Be\nkind.", "Be kind."), today=date(2027, 1, 1)) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"slug = ", "is not TOML"),
        (b"\xff\xfeslug", "is not UTF-8 text"),
        (b"x = " + b"[" * 20_000, "nested too deeply"),
        (b"#" * (1 << 20) + b"#", "is larger than 1 MiB"),
        (b"x = 1979-13-99", "is not TOML"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, content, words):
    path = tmp_path / "code.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=words) as caught:
        lint(path, today=TODAY)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("path", [Path("absent.toml"), Path("."), Path("a\0b")])
def test_what_is_no_file_is_refused(tmp_path, path):
    with pytest.raises(UsageError, match=r"cannot be read|is not a file name"):
        lint(tmp_path / path, today=TODAY)


def test_loading_a_faulty_code_names_the_first_fault_and_how_many_more():
    with pytest.raises(UsageError, match=r"version 1: published is not a day\. \(1 more\)"):
        load(swap("2027-01-01", "1").replace("from = 2027-02-01", "from = 1", 1))


def test_a_byte_order_mark_is_tolerated(tmp_path):
    path = tmp_path / "code.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(path).slug == "rowing-club"
