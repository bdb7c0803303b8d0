"""Translations: every .mo is what its .po says, and every marked text of an app with a catalogue is in it."""

from __future__ import annotations

import gettext as python_gettext
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext

from evenhand.codes.model import ActType, Rung
from evenhand.errors import UsageError
from evenhand.evidence.fitness import Fitness
from evenhand.evidence.gates import ASKED, CODES, Answer, AuthorLink, Gate, cure_of, gate_question, pass_needs
from evenhand.evidence.grades import WORDING_FORMS, Grade
from evenhand.evidence.mail import NOTE_WORDS, State
from evenhand.evidence.pictures import TAKERS_QUESTIONS
from evenhand.evidence.uploads import REASONS
from evenhand.procedure.lexicon import THEME_WORDS
from evenhand.procedure.notices import NOTICES
from evenhand.procedure.outcomes import WORDS
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.sanctions import FACTOR_WORDS
from evenhand.procedure.states import OVERLAY_WORDS, PARTY_WORDS, RETENTION_WORDS, TERM_WORDS
from evenhand.web.catalogues import WEB, catalogues, compiled, marked, read

FOUND = catalogues()
SHARED = WEB / "locale" / "de" / "LC_MESSAGES" / "django.po"
OF_APPS = [path for path in FOUND if path != SHARED]


def words_of_the_pure_rooms() -> set[str]:
    """What the procedure, the codes and the rules of evidence say, as message ids."""
    vocabularies = (THEME_WORDS, PARTY_WORDS, OVERLAY_WORDS, RETENTION_WORDS, TERM_WORDS, FACTOR_WORDS, WORDS)
    said = {word for vocabulary in vocabularies for word in vocabulary.values()}
    said |= {spec.name for spec in NOTICES.values()} | {word for pair in ASKED.values() for word in pair}
    for gate in Gate:
        said |= {gate_question(gate), pass_needs(gate), cure_of(gate, Answer.UNKNOWN)}
        said |= {cure for code in CODES[gate] if (cure := cure_of(gate, Answer.FAIL, code))}
    said |= {each.words for each in (*Grade, *State, *AuthorLink, *Fitness)} | set(NOTE_WORDS.values())
    said |= {words for _name, words in TAKERS_QUESTIONS} | WORDING_FORMS | set(REASONS.values())
    return (
        said
        | {text for role in CaseRole for text in (role.label, role.words)}
        | {each.words for each in (*Rung, *ActType)}
        | marked(WEB.parent / "corpus")
    )


def test_every_word_of_the_procedure_that_is_read_is_translated() -> None:
    translated = set(read(SHARED)) - {""}
    assert sorted(words_of_the_pure_rooms() - translated) == [], "without a translation"
    assert sorted(translated - words_of_the_pure_rooms()) == [], "translated, but nowhere used"


def test_django_says_them() -> None:
    with translation.override("de"):
        assert gettext("a formal warning") == "eine förmliche Verwarnung"
        assert gettext("Skip to main content") == "Zum Inhalt springen"
        assert gettext("Please export JSON.") == "Bitte exportieren Sie JSON."


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.parents[3].name)
def test_the_compiled_catalogue_is_what_the_text_says(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == compiled(read(path)), "run: make messages"


@pytest.mark.parametrize("path", OF_APPS, ids=lambda path: path.parents[3].name)
def test_every_text_of_the_app_is_translated_and_no_other(path: Path) -> None:
    app = path.parents[3]
    translated = set(read(path)) - {""}
    assert sorted(marked(app) - translated) == [], "without a translation"
    assert sorted(translated - marked(app)) == [], "translated, but nowhere used"


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.parents[3].name)
def test_a_translation_keeps_its_values(path: Path) -> None:
    import re

    for msgid, msgstr in read(path).items():
        named = re.compile(r"%\((\w+)\)s|<(/?\w+)")
        assert sorted(named.findall(msgid)) == sorted(named.findall(msgstr)), msgid


def test_python_s_own_gettext_reads_what_we_write() -> None:
    header = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    entries = {"": header, "yes": "ja", "a\nb": "ä\n„b“", "zz": "“", "%d day\0%d days": "%d Tag\0%d Tage"}
    found = python_gettext.GNUTranslations(BytesIO(compiled(entries)))
    assert [found.gettext(text) for text in ("yes", "a\nb", "zz", "no")] == ["ja", "ä\n„b“", "“", "no"]
    assert [found.ngettext("%d day", "%d days", n) for n in (0, 1, 2)] == ["%d Tage", "%d Tag", "%d Tage"]


def test_a_catalogue_is_read_with_its_long_lines_and_without_what_is_fuzzy(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    path.write_text(
        'msgid ""\nmsgstr "h\\n"\n\n# why\n#: a.html:3\nmsgid ""\n"one "\n"\\"two\\""\nmsgstr "eins"\n\n'
        '#, fuzzy\nmsgid "x"\nmsgstr "y"\n\nmsgid "open"\nmsgstr ""\n\n'
        'msgid "day"\nmsgid_plural "days"\nmsgstr[0] "Tag"\nmsgstr[1] ""\n"Tage"\n\n'
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] ""\n'
    )
    assert read(path) == {"": "h\n", 'one "two"': "eins", "day\0days": "Tag\0Tage"}


@pytest.mark.parametrize(
    "line", ['msgid_plural "x"', 'msgctxt "x"', 'msgstr[0] "x"', 'msgstr[2] "x"', "msgid x", 'msgid "a"b"']
)
def test_anything_but_a_whole_entry_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "django.po"
    path.write_text(f'msgid "a"\n{line}\n')
    with pytest.raises(UsageError, match="line 2"):
        read(path)


def test_marked_texts_are_found_in_templates_and_code(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "{% load i18n %}{% translate \"one\" %}{% translate 'two' as x %}{% blocktranslate %}3 {{ n }} 4%"
        '{% endblocktranslate %}{% tag _("five") %}{{ x }}'
        "{% blocktranslate count n=8 %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}"
    )
    code = 'a = _("six"); b = gettext("se" "ven"); c = other("no"); d = _(name); e = ngettext("hour", "hours", 9)'
    (tmp_path / "a.py").write_text(code + '; f = ngettext("no", name, 9)')
    found = {"one", "two", "3 %(n)s 4%%", "five", "six", "seven", "%(n)s day\0%(n)s days", "hour\0hours"}
    assert marked(tmp_path) == found
