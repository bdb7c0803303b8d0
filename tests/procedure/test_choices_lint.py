"""`procedure lint`: one test per PL, each with its exact rule, and a random edit that is refused or harmless."""

from __future__ import annotations

import os
import random
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.codes import Rung
from evenhand.errors import UsageError
from evenhand.procedure.choices import (
    CodeKind,
    Fault,
    Procedure,
    builtin,
    builtin_text,
    digest,
    lint,
    load,
    longest_path,
    template_faults,
)
from evenhand.procedure.clocks import CLOCKS, ClockId, Direction
from evenhand.procedure.guards import EXTRA_GUARDS
from evenhand.procedure.lexicon import warnings
from evenhand.procedure.notices import FRONT_SHEET_FIELDS, NOTICES, NoticeId
from evenhand.procedure.retention import RETENTION
from evenhand.procedure.sanctions import RUNGS
from evenhand.procedure.transitions import SAFETY_STEPS, STEP_IDS

TODAY = date(2026, 3, 1)
NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))
Values = dict[str, Any]


def shipped() -> Values:
    return tomllib.loads(builtin_text("default"))


def toml(value: object) -> str:
    """Write plain values as inline TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    return value.isoformat() if isinstance(value, date) else str(value)


def text_of(values: Values) -> str:
    return "\n".join(f"{key} = {toml(value)}" for key, value in values.items())


def repinned(values: Values) -> str:
    """Return the text with the digest that fits it, so that only the edit itself can be refused."""
    values["procedure"].pop("digest", None)
    with suppress(UsageError):
        values["procedure"]["digest"] = digest(load(text_of(values)))
    return text_of(values)


def rules(faults: list[Fault]) -> set[str]:
    return {fault.rule for fault in faults}


def after(edit: Callable[[Values], object]) -> list[Fault]:
    values = shipped()
    edit(values)
    return lint(repinned(values), today=TODAY)


def row(values: Values, key: str, **where: str) -> Values:
    found: Values = next(each for each in values[key] if all(each[name] == value for name, value in where.items()))
    return found


def test_the_shipped_procedure_has_no_fault() -> None:
    assert lint(builtin_text("default"), today=TODAY) == []
    assert after(lambda values: None) == []
    path = longest_path(builtin("default"))
    assert (path.by_aims, path.by_bounds, path.extended) == (59, 213, 227)


PL1: list[tuple[str, Callable[[Values], object]]] = [
    ("a clock", lambda v: v["clock"].pop(3)),
    ("a reason code", lambda v: v["reason_code"].pop(2)),
    ("all wording", lambda v: v.pop("wording")),
    ("the calendar", lambda v: v.pop("calendar")),
    ("the time zone", lambda v: v["calendar"].update(timezone="Europe/Nowhere")),
    ("a sanction term", lambda v: v["sanction"].pop()),
    ("a retention period", lambda v: v["retention"].pop(0)),
    ("sampling", lambda v: v.pop("sampling")),
    ("the criteria", lambda v: v.pop("criterion")),
    ("the codes", lambda v: v.pop("code")),
    ("a key for a state", lambda v: v.update(state=["paused"])),
    ("a key for an edge", lambda v: v.update(transition=[{"id": "T99"}])),
    ("a key for an actor", lambda v: v.update(actor=["chair"])),
    ("an unknown key", lambda v: v.update(colour="blue")),
    ("an unknown key inside", lambda v: v["clock"][0].update(actor="chair")),
    ("a closed list extended", lambda v: v["reason_code"].append({"id": "x", "kind": "out_of_scope", "text": "t"})),
    ("a row twice", lambda v: v["clock"].append(dict(v["clock"][0]))),
    ("an unknown language", lambda v: v["wording"].append({"notice": "N3", "locale": "fr", "template": "shipped"})),
    ("an unknown notice", lambda v: v["wording"].append({"notice": "N99", "locale": "en", "template": "shipped"})),
    ("a text where a number belongs", lambda v: v["sampling"].update(review="much")),
    ("a wrong length", lambda v: v["clock"][0].update(aim="soon")),
    ("no template", lambda v: v["wording"].append({"notice": "N3", "locale": "en", "template": "n3.txt"})),
]


@pytest.mark.parametrize(("what", "edit"), PL1, ids=[what for what, _ in PL1])
def test_pl_1_incomplete_or_not_a_choice(what: str, edit: Callable[[Values], object]) -> None:
    assert rules(after(edit)) == {"PL1"}


def clock(id_: str, **values: object) -> Callable[[Values], object]:
    return lambda v: row(v, "clock", id=id_).update(values)


PL2: list[tuple[str, Callable[[Values], object]]] = [
    ("longer though only shorter", clock("triage", bound="6wd")),
    ("aim longer though only shorter", clock("triage", aim="2d")),
    ("shorter though only longer", clock("reply", aim="13d", bound="13d")),
    ("endless", clock("appeal", aim="400d", bound="400d")),
    ("aim after bound", clock("reply", aim="20d", bound="15d")),
    ("another unit", clock("triage", bound="5d")),
    ("no time at all", clock("triage", bound="0wd")),
    ("one bound of two", clock("acknowledge", bound="5wd")),
    ("extension shortened", clock("reply", extension="7d")),
    ("extension removed", lambda v: row(v, "clock", id="reply").pop("extension")),
    ("extension invented", clock("triage", extension="3wd")),
    ("a locked value", lambda v: v["clock"].append({"id": "danger", "aim": "24h", "bound": "24h"})),
    ("a locked value shortened", lambda v: v["clock"].append({"id": "danger", "aim": "12h", "bound": "12h"})),
]


@pytest.mark.parametrize(("what", "edit"), PL2, ids=[what for what, _ in PL2])
def test_pl_2_a_clock_out_of_bounds_or_locked(what: str, edit: Callable[[Values], object]) -> None:
    assert rules(after(edit)) == {"PL2"}


def guard(transition: str, name: str, **more: object) -> Callable[[Values], object]:
    return lambda v: v["extra_guard"].append({"transition": transition, "guard": name, **more})


PL3: list[tuple[str, Callable[[Values], object]]] = [
    ("switched off", guard("T06", "second_reader", on=False)),
    ("built in", guard("T06", "rule_in_force")),
    ("built in, off", guard("T06", "rule_in_force", on=False)),
    ("not in the catalogue", guard("T06", "chair_agrees")),
    ("no such step", guard("T99", "second_reader")),
    ("on the way of a danger report", guard("T02", "second_reader")),
    ("before the receipt", guard("T00", "second_reader")),
    ("a table of guards", lambda v: v.update(guard={"rule_in_force": False})),
]


@pytest.mark.parametrize(("what", "edit"), PL3, ids=[what for what, _ in PL3])
def test_pl_3_a_guard_off_unknown_or_on_the_safety_path(what: str, edit: Callable[[Values], object]) -> None:
    assert rules(after(edit)) == {"PL3"}


def test_pl_3_a_guard_of_the_catalogue_may_be_added() -> None:
    assert after(guard("T06", "second_reader")) == []
    values = shipped()
    guard("T06", "second_reader")(values)
    assert load(text_of(values)).guards_at("T06") == ("second_reader",)


def template(notice: NoticeId, *, front: str = "") -> str:
    spec = NOTICES[notice]
    if not spec.front_sheet:
        return "\n".join(f"{{{name}}}" for name in spec.mandatory)
    sheet = "\n".join(f"{{{name}}}" for name in FRONT_SHEET_FIELDS)
    return f"{sheet}\n{front}\n=== letter\n" + "\n".join(f"{{{name}}}" for name in spec.mandatory)


def with_template(folder: Path, notice: str, locale: str, text: str) -> Path:
    values = shipped()
    values["wording"].append({"notice": notice, "locale": locale, "template": "own.txt"})
    (folder / "own.txt").write_text(text, encoding="utf-8")
    file = folder / "ours.toml"
    file.write_text(text_of(values), encoding="utf-8")
    values["procedure"]["digest"] = digest(load(file))
    file.write_text(text_of(values), encoding="utf-8")
    return file


@pytest.mark.parametrize("notice", [notice for notice in NoticeId if NOTICES[notice].sent])
def test_pl_4_each_mandatory_field_must_be_in_the_template(notice: NoticeId) -> None:
    whole = template(notice)
    assert template_faults(notice, whole, "en") == []
    for name in NOTICES[notice].mandatory:
        assert template_faults(notice, whole.replace(f"{{{name}}}", ""), "en"), name


def test_pl_4_through_the_file(tmp_path: Path) -> None:
    good = with_template(tmp_path, "N2", "de", template(NoticeId.N2))
    assert lint(good, today=TODAY) == []
    own = load(good).wording_of("N2", "de")
    assert own is not None and own.text == template(NoticeId.N2)
    assert load(good).wording_of("N2", "en") is None
    bad = with_template(tmp_path, "N2", "en", template(NoticeId.N2).replace("{timescale}", ""))
    assert rules(lint(bad, today=TODAY)) == {"PL4"}


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "The respondent may answer."),
        ("en", "You are charged with this."),
        ("en", "your reply_window ends"),
        ("de", "Die Sanktion beginnt."),
        ("de", "der Beschuldigten"),
    ],
)
def test_pl_4_no_word_of_the_trade(locale: str, words: str) -> None:
    found = template_faults(NoticeId.N4C, f"{{measure_exists}} {words}", locale)
    assert len(found) == 1 and "word of the trade" in found[0]


def test_pl_4_plain_words_are_no_words_of_the_trade() -> None:
    plain = "Your hearing is closed to the public. This is free of charge. It was received and decided."
    assert template_faults(NoticeId.N4C, f"{{measure_exists}} {plain}\n% respondent in a comment", "en") == []


def test_pl_4_a_front_sheet_of_at_most_150_words() -> None:
    spare = 150 - len(FRONT_SHEET_FIELDS)
    assert template_faults(NoticeId.N3, template(NoticeId.N3, front="word " * spare), "en") == []
    for notice in (NoticeId.N3, NoticeId.N5):
        (found,) = template_faults(notice, template(notice, front="word " * (spare + 1)), "en")
        assert "151 words" in found
    assert "no front sheet" in template_faults(NoticeId.N3, template(NoticeId.N3).replace("=== letter", ""), "en")[0]
    late = "{nothing}\n=== letter\n" + "\n".join(f"{{{name}}}" for name in NOTICES[NoticeId.N3].mandatory)
    assert "front sheet lacks" in template_faults(NoticeId.N3, late, "en")[0]


PL5 = ["media interest", "to avoid bad optics", "he is a major donor", "Rufschaden", "Anweisung von oben"]


@pytest.mark.parametrize("words", PL5)
def test_pl_5_no_reason_code_for_press_embarrassment_or_advantage(words: str) -> None:
    code = {"id": "extra", "kind": "dismissal", "text": words}
    assert rules(after(lambda v: v["reason_code"].append(code))) == {"PL5"}
    named = {"id": words.replace(" ", "_"), "kind": "dismissal", "text": "a reason"}
    assert rules(after(lambda v: v["reason_code"].append(named))) == {"PL5"}


def test_pl_5_a_plain_reason_code_may_be_added() -> None:
    code = {"id": "withdrawn_item", "kind": "dismissal", "text": "the item was taken back"}
    values = shipped()
    values["reason_code"].append(code)
    assert lint(repinned(values), today=TODAY) == []
    assert load(text_of(values)).text_of(CodeKind.DISMISSAL, "withdrawn_item") == "the item was taken back"


PL6: list[tuple[str, Callable[[Values], object]]] = [
    ("a term raised", lambda v: row(v, "sanction", rung="L3").update(spent_after="25m")),
    ("rungs reordered", lambda v: v["sanction"].reverse()),
    ("a longer suspension", lambda v: row(v, "sanction", rung="L5").update(longest_term="25m")),
    ("a term where there is none", lambda v: row(v, "sanction", rung="L3").update(longest_term="2m")),
    ("a term for nothing", lambda v: v["sanction"].insert(0, {"rung": "L0", "spent_after": "1m"})),
    ("kept longer", lambda v: row(v, "retention", outcome="nothing_found").update(keep="13m")),
]


@pytest.mark.parametrize(("what", "edit"), PL6, ids=[what for what, _ in PL6])
def test_pl_6_terms_raised_or_rungs_reordered(what: str, edit: Callable[[Values], object]) -> None:
    assert rules(after(edit)) == {"PL6"}


def test_pl_6_kept_longer_on_a_ground_of_the_sector_or_spent_sooner_is_lawful() -> None:
    kept = {"keep": "24m", "sector_ground": "six months for a member to go to the certification officer"}
    assert after(lambda v: row(v, "retention", outcome="nothing_found").update(kept)) == []
    assert after(lambda v: row(v, "sanction", rung="L3").update(spent_after="12m")) == []


CODE = """
slug = "ours"
title = "Ours"
[[version]]
number = "1"
published = 2025-10-01
from = 2025-11-01
categories = {}
[[version.clause]]
number = "1"
title = "One"
text = "Be kind."
acts = ["wrote", "liked"]
most = { wrote = "L3" }
"""


def with_code(folder: Path, text: str) -> Path:
    values = shipped()
    values["code"] = [{"slug": "ours", "version": "1", "file": "code.toml"}]
    (folder / "code.toml").write_text(text, encoding="utf-8")
    file = folder / "ours.toml"
    file.write_text(text_of(values), encoding="utf-8")
    values["procedure"]["digest"] = digest(load(file))
    file.write_text(text_of(values), encoding="utf-8")
    return file


def test_pl_6_s6_no_rule_without_the_most_that_can_follow_for_each_act(tmp_path: Path) -> None:
    (fault,) = lint(with_code(tmp_path, CODE), today=TODAY)
    assert (fault.rule, fault.where) == ("PL6", "code ours, clause 1") and "liked" in fault.what
    assert lint(with_code(tmp_path, CODE.replace('wrote = "L3"', 'wrote = "L3", liked = "L1"')), today=TODAY) == []


PL7: list[tuple[str, Callable[[Values], object]]] = [
    ("review below 5 %", lambda v: v["sampling"].update(review=0.049)),
    ("no shadow panel", lambda v: v["sampling"].update(shadow=0)),
    ("more than all", lambda v: v["sampling"].update(auditor_text=1.5)),
    ("fewer unflagged posts", lambda v: v["sampling"].update(unflagged=49)),
    ("one eligible per seat", lambda v: v["pool"].update(min_eligible_per_seat=1)),
    ("stale training", lambda v: v["pool"].update(training_valid_months=13)),
    ("one appointing body", lambda v: v["pool"].update(appointed_by=["council"])),
    ("the same body twice", lambda v: v["pool"].update(appointed_by=["Council", "council "])),
    ("a red line off", lambda v: v.update(red_line=[{"id": "R5", "on": False}])),
    ("an invented red line", lambda v: v.update(red_line=[{"id": "R99", "on": True}])),
]


@pytest.mark.parametrize(("what", "edit"), PL7, ids=[what for what, _ in PL7])
def test_pl_7_samples_pools_bodies_and_red_lines(what: str, edit: Callable[[Values], object]) -> None:
    assert rules(after(edit)) == {"PL7"}


PL8: list[tuple[str, Callable[[Values], object]]] = [
    ("in force before publication", lambda v: v["procedure"].update(published=date(2026, 1, 2))),
    ("one signature", lambda v: v["procedure"].update(signed_by=["chair"])),
    ("the same signature twice", lambda v: v["procedure"].update(signed_by=["Chair", "chair"])),
    ("a table we lack", lambda v: v["procedure"].update(table=2)),
    ("published nowhere", lambda v: v["procedure"].update(published_url="a drawer")),
    ("a code nobody knows", lambda v: v["code"][0].update(slug="unknown")),
    ("a version nobody knows", lambda v: v["code"][0].update(version="9")),
    ("a criterion published later", lambda v: v["criterion"][0].update(published=date(2026, 2, 1))),
]


@pytest.mark.parametrize(("what", "edit"), PL8, ids=[what for what, _ in PL8])
def test_pl_8_unpublished_unsigned_or_unknown(what: str, edit: Callable[[Values], object]) -> None:
    assert rules(after(edit)) == {"PL8"}


def test_pl_8_a_published_version_edited() -> None:
    values = shipped()
    row(values, "clock", id="triage").update(aim="1d", bound="4wd")
    assert rules(lint(text_of(values), today=TODAY)) == {"PL8"}
    assert "was edited" in str(lint(text_of(values), today=TODAY)[0])
    unpinned = shipped()
    unpinned["procedure"].pop("digest")
    assert rules(lint(text_of(unpinned), today=TODAY)) == {"PL8"}
    assert lint(text_of(unpinned), today=date(2025, 11, 1)) == [], "not yet published: may still change"


def test_pl_8_an_unpublished_code_version(tmp_path: Path) -> None:
    complete = CODE.replace('wrote = "L3"', 'wrote = "L3", liked = "L1"')
    later = complete.replace("2025-10-01", "2027-01-01").replace("2025-11-01", "2027-02-01")
    assert rules(lint(with_code(tmp_path, later), today=TODAY)) == {"PL8"}
    broken = with_code(tmp_path, complete)
    (tmp_path / "code.toml").write_text("not toml at all [")
    assert rules(lint(broken, today=TODAY)) == {"PL8"}


def must_hold(procedure: Procedure) -> None:
    """What no organisation's file may change: asserted of everything lint lets pass."""
    for id_, rule in CLOCKS.items():
        clock_, default = procedure.clock(id_), rule.default
        for value, usual in [(clock_.aim, default.aim), *zip(clock_.bound, default.bound, strict=True)]:
            if rule.direction is Direction.LOCKED:
                assert value == usual
            elif rule.direction is Direction.DOWN:
                assert value.rough_days <= usual.rough_days
            else:
                assert value.rough_days >= usual.rough_days
    assert str(procedure.clock(ClockId.DANGER).bound[0]) == "24h"
    for each in procedure.extra_guards:
        assert each.on and each.guard in EXTRA_GUARDS and each.transition in STEP_IDS
        assert each.transition not in SAFETY_STEPS
    assert not any(warnings(f"{each.id} {each.text}") for each in procedure.reason_codes)
    assert min(procedure.sampling.review, procedure.sampling.shadow, procedure.sampling.auditor_text) >= 0.05
    assert procedure.pool.min_eligible_per_seat >= 2 and len(set(procedure.pool.appointed_by)) >= 2
    assert len(set(procedure.signed_by)) >= 2 and procedure.in_force_from >= procedure.published
    for term in procedure.sanctions:
        most = RUNGS[term.rung].spent_after
        assert most is not None and term.spent_after.rough_days <= most.rough_days
    for kept in procedure.retention:
        assert kept.sector_ground or kept.keep.rough_days <= RETENTION[kept.kept_as].period.rough_days
    assert {each.rung for each in procedure.sanctions} >= {Rung.ADVICE, Rung.EXPULSION}
    assert digest(procedure) == procedure.pinned or procedure.published > TODAY


SCALARS: list[object] = [
    0,
    1,
    2,
    3,
    13,
    50,
    0.04,
    0.05,
    0.5,
    True,
    False,
    "",
    "1d",
    "3wd",
    "20d",
    "90d",
    "400wd",
    "24h",
    "48m",
]
SCALARS += ["L1", "L6", "media interest", "second_reader", "T02", "T06", "en", "shipped", "danger", date(2025, 1, 1)]
SCALARS += [date(2027, 1, 1), [], {}, ["x"], {"id": "x"}, "\x1b[2J", "../../x", 10**30]


def like(value: object, rng: random.Random) -> object:
    """Return another value of the same form, often just beyond what is allowed."""
    if isinstance(value, str) and (found := re.fullmatch(r"(\d+)([a-z]+)", value)):
        return f"{max(0, int(found[1]) + rng.choice([-3, -1, 1, 1, 9, 200]))}{found[2]}"
    if isinstance(value, float):
        return rng.choice([0.0, 0.01, 0.049, 0.051, 0.3, 1.2])
    if isinstance(value, int) and not isinstance(value, bool):
        return max(0, value + rng.choice([-1, 1, 11]))
    return rng.choice([each for each in SCALARS if type(each) is type(value)] or SCALARS)


def edited(values: Values, seed: int) -> Values:
    """Change, remove or add something somewhere, or twice."""
    rng = random.Random(seed)
    for _ in range(rng.choice([1, 1, 2])):
        place: Any = values
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = rng.choice(keys)
            if not isinstance(place[key], dict | list) or rng.random() < 0.25:
                break
            place = place[key]
        if not place:
            continue
        act = rng.choice(["set", "set", "set", "drop", "add"])
        if act == "drop":
            del place[key]
        elif act == "set" or isinstance(place, list):
            place[key] = like(place[key], rng) if rng.random() < 0.8 else rng.choice(SCALARS)
        else:
            place[rng.choice(["on", "aim", "text", "actor", "guard"])] = rng.choice(SCALARS)
    return values


@pytest.mark.slow
@settings(max_examples=2_000 if NIGHTLY else 150)
@given(st.integers(0, 10**9), st.booleans())
def test_a_random_edit_is_refused_or_everything_still_holds(seed: int, repin: bool) -> None:
    values = edited(shipped(), seed)
    text = repinned(values) if repin and isinstance(values.get("procedure"), dict) else text_of(values)
    try:
        faults = lint(text, today=TODAY)
    except UsageError:
        return
    if not faults:
        must_hold(load(text))
    for fault in faults:
        line = str(fault)
        assert fault.rule in {f"PL{n}" for n in range(1, 9)} and fault.mend and "\x1b" not in line


def test_hostile_files_are_refused_with_one_line(tmp_path: Path) -> None:
    for raw in (b"\xff\xfe", b"a = [", b"a = " + b"[" * 5000, b"x" * (2 << 20)):
        file = tmp_path / "bad.toml"
        file.write_bytes(raw)
        with pytest.raises(UsageError):
            lint(file, today=TODAY)
    with pytest.raises(UsageError, match="cannot be read"):
        lint(tmp_path / "absent.toml", today=TODAY)
    outside = tmp_path / "secret.txt"
    outside.write_text(template(NoticeId.N2))
    (tmp_path / "inner").mkdir()
    values = shipped()
    values["wording"].append({"notice": "N2", "locale": "en", "template": "../secret.txt"})
    file = tmp_path / "inner" / "ours.toml"
    file.write_text(text_of(values))
    assert any("no template" in fault.what for fault in lint(file, today=TODAY))


def test_numbers_no_computer_counts_with_are_refused() -> None:
    for value in ("nan", "inf", "-inf", "1e400", "9" * 400):
        text = builtin_text("default").replace("review = 0.05", f"review = {value}")
        assert rules(lint(text, today=TODAY)) == {"PL1"}


def test_load_names_the_first_fault_and_the_command_that_lists_all() -> None:
    with pytest.raises(UsageError, match="procedure lint"):
        load(builtin_text("default").replace("table = 1,", ""))
    with pytest.raises(UsageError, match="no procedure named"):
        builtin("other")
    assert isinstance(builtin("default").published, date) and not isinstance(builtin("default").published, datetime)
