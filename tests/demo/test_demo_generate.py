"""What is generated: repeatable bytes, kinds in bounds, two equal waves, balance, invented names only."""

import json
import re
import zipfile
from collections import Counter
from datetime import UTC, datetime

import pytest

from evenhand.context import Context
from evenhand.demo import HARMFUL, Kind, Wave, generate, organisation
from evenhand.demo.crowd import crowd
from evenhand.demo.names import FICTIONAL_GROUPS, HANDLE_SUFFIX, ORDINARY_GROUPS
from evenhand.demo.torrent import torrent
from evenhand.errors import UsageError

NOW = datetime(2026, 6, 1, 6, 30, tzinfo=UTC)
BOUNDS = {  # per 1,000 posts
    Kind.ORDINARY: (250, 400),
    Kind.CRITICISM: (170, 280),
    Kind.ABUSE: (60, 130),
    Kind.PRAISE: (60, 130),
    Kind.SHARE: (60, 110),
    Kind.LIKE: (8, 14),
    Kind.THREAT: (1, 10),
    Kind.IDENTITY_ATTACK: (8, 30),
    Kind.QUOTED_ABUSE: (8, 25),
    Kind.OWN_EXPERIENCE: (4, 18),
    Kind.OBFUSCATED_ABUSE: (5, 22),
    Kind.COPIED_ABUSE: (6, 20),
    Kind.COPIED_PRAISE: (6, 20),
    Kind.OTHER_LANGUAGE: (12, 35),
    Kind.IMAGE_ONLY: (8, 30),
    Kind.EX_MEMBER: (4, 18),
    Kind.SUPPORT: (8, 28),
}


def make(directory, posts, seed="tests"):
    return generate(directory, ctx=Context.repeatable("tests", NOW), posts=posts, seed=seed)


def truth_of(demo):
    return [json.loads(line) for line in demo.truth.read_text(encoding="utf-8").splitlines()]


def bytes_of(directory):
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def texts_of(demo):
    """Record key -> text of everything in the v2 pages."""
    found = {}
    for export in demo.exports:
        if export.shape == "x_v2":
            for line in export.path.read_bytes().split(b"\n")[:-1]:
                found |= {f"x:{tweet['id']}": tweet["text"] for tweet in json.loads(line)["data"]}
    return found


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path):
    make(tmp_path / "a", 600)
    make(tmp_path / "b", 600)
    make(tmp_path / "c", 600, seed="another")
    first = bytes_of(tmp_path / "a")
    assert first == bytes_of(tmp_path / "b")
    assert first != bytes_of(tmp_path / "c")


@pytest.mark.slow
def test_exactly_so_many_distinct_posts_are_written_and_each_has_one_truth(demo):
    lines = truth_of(demo)
    assert demo.posts == len(lines) == len({line["record_key"] for line in lines})
    assert sum(export.posts for export in demo.exports) == demo.posts + demo.repeated
    assert Counter(line["kind"] for line in lines) == demo.kinds


@pytest.mark.parametrize("kind", BOUNDS)
def test_each_kind_is_within_its_bounds(demo, kind):
    least, most = BOUNDS[kind]
    assert least <= demo.kinds[kind] * 1000 / demo.posts <= most


def test_every_kind_occurs_somewhere(demo):
    rare = {Kind.DOXXING}
    assert set(demo.kinds) >= {kind.value for kind in Kind} - {kind.value for kind in rare}


def test_the_pile_on_and_the_burst_of_praise_are_equally_large(demo):
    waves = Counter(line["wave"] for line in truth_of(demo))
    assert waves[Wave.PILE_ON] == waves[Wave.PRAISE] > demo.posts * 0.06


def test_the_pile_on_has_newcomers_and_one_target_and_is_only_in_api_shapes(demo):
    lines = [line for line in truth_of(demo) if line["wave"] == Wave.PILE_ON]
    newcomers = sum(line["account"] == "newcomer" for line in lines) / len(lines)
    assert 0.2 < newcomers < 0.45
    assert len({line["target"] for line in lines}) == 1
    assert all(line["file"].startswith("x-") for line in lines)
    assert lines[0]["kind"] == Kind.PILE_ON_CALL


def test_nobody_is_a_newcomer_outside_the_pile_on(demo):
    others = [line for line in truth_of(demo) if line["wave"] != Wave.PILE_ON]
    assert not any(line.get("account") == "newcomer" for line in others)


def test_both_sides_abuse_and_are_abused_alike(demo):
    lines = [line for line in truth_of(demo) if line["kind"] in HARMFUL and line["wave"] == Wave.NONE]
    for field in ("author_side", "target_side"):
        first, second = Counter(line[field] for line in lines).values()
        assert 0.7 < first / second < 1.4


def test_groups_are_attacked_alike(demo):
    counted = Counter()
    texts = texts_of(demo)
    for line in truth_of(demo):
        if line["kind"] == Kind.IDENTITY_ATTACK and line["record_key"] in texts:
            text = texts[line["record_key"]].lower()
            counted.update(group for group in FICTIONAL_GROUPS if group.lower() in text)
            counted["ordinary"] += any(group in text for group in ORDINARY_GROUPS)
    assert set(counted) == {*FICTIONAL_GROUPS, "ordinary"}
    assert sum(counted[group] for group in FICTIONAL_GROUPS) > 1.5 * counted["ordinary"]


def test_texts_do_not_look_like_one_template(demo):
    kinds = {line["record_key"]: line["kind"] for line in truth_of(demo)}
    repeated_by_nature = {Kind.SHARE, Kind.COPIED_ABUSE, Kind.COPIED_PRAISE}
    texts = [text for key, text in texts_of(demo).items() if kinds[key] not in repeated_by_nature]
    assert len(set(texts)) > 0.97 * len(texts)


def test_no_text_has_an_unfilled_slot_or_a_doubled_article(demo):
    for text in texts_of(demo).values():
        assert not re.search(r"[{}]|\b[Tt]he the\b", text), text


def test_every_handle_carries_the_invented_suffix(demo):
    for text in texts_of(demo).values():
        for found in re.findall(r"@(\w+)", text):
            assert found.endswith(HANDLE_SUFFIX)
    for export in demo.exports:
        if export.shape == "x_v2":
            for line in export.path.read_bytes().split(b"\n")[:-1]:
                for user in json.loads(line)["includes"]["users"]:
                    assert re.fullmatch(rf"[a-z0-9_]{{1,15}}(?<={HANDLE_SUFFIX})", user["username"])


def test_times_lie_in_three_weeks_before_now_and_ids_tell_the_same_time(demo):
    for key in texts_of(demo):
        at = ((int(key[2:]) >> 22) + 1_288_834_974_657) / 1000
        assert NOW.timestamp() - 21 * 86_400 <= at <= NOW.timestamp()


def test_the_day_has_a_rhythm(demo):
    hours = Counter()
    for key in texts_of(demo):
        at_ms = (int(key[2:]) >> 22) + 1_288_834_974_657
        hours[datetime.fromtimestamp(at_ms / 1000, UTC).hour] += 1
    assert sum(hours[hour] for hour in (18, 19, 20, 21)) > 4 * sum(hours[hour] for hour in (1, 2, 3, 4))


def test_the_truth_is_apart_from_the_exports_and_says_what_it_is(demo):
    assert demo.truth.parent.name == "generator-truth"
    note = (demo.truth.parent / "READ-ME-FIRST.txt").read_text(encoding="utf-8")
    assert note.startswith("GENERATOR TRUTH")
    assert all(export.path.parent != demo.truth.parent for export in demo.exports)


def test_an_archive_holds_its_owners_posts_only_and_its_manifest_counts_right(demo):
    archives = [export for export in demo.exports if export.shape == "x_archive"]
    assert len(archives) == 4
    for export in archives:
        with zipfile.ZipFile(export.path) as archive:
            manifest = json.loads(archive.read("data/manifest.js").split(b"=", 1)[1])
            for data in manifest["dataTypes"].values():
                for file in data["files"]:
                    items = json.loads(archive.read(file["fileName"]).split(b"=", 1)[1])
                    assert str(len(items)) == file["count"]
            assert "data/direct-messages.js" not in archive.namelist()


@pytest.mark.slow
def test_twice_the_posts_are_twice_the_acts_in_every_hour_and_nothing_is_held():
    seed = "tests"
    people = crowd(organisation(seed, NOW.date()), seed, NOW)

    def per_day(count):
        return Counter(act.at_ms // 86_400_000 for act in torrent(people, count, now=NOW, seed=seed))

    small, large = per_day(1_500), per_day(3_000)
    assert sum(large.values()) == 2 * sum(small.values()) == 3_000
    assert all(abs(large[day] - 2 * small[day]) <= 30 for day in large)
    assert iter(acts := torrent(people, 10**9, now=NOW, seed=seed)) is acts


@pytest.mark.slow
def test_acts_come_in_order_of_time():
    people = crowd(organisation("tests", NOW.date()), "tests", NOW)
    times = [act.at_ms for act in torrent(people, 1_000, now=NOW, seed="tests")]
    assert times == sorted(times)


def test_too_few_posts_are_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(UsageError, match="Ask for 500 or more"):
        make(tmp_path / "none", 499)
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_a_failure_leaves_no_half_written_export(tmp_path, monkeypatch):
    monkeypatch.setattr("evenhand.demo.generator.torrent", _breaks)
    with pytest.raises(RuntimeError, match="disk"):
        make(tmp_path, 600)
    names = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(name.endswith(".part") or name.startswith("x-") or name == "truth.jsonl" for name in names)


def _breaks(people, count, *, now, seed):
    yield from torrent(people, 50, now=now, seed=seed)
    raise RuntimeError("disk")
