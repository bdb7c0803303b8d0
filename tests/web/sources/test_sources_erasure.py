"""What was erased is in no file and never comes in again; a deletion by its author erases nothing.

The sealed copy of the file it came in is replaced by one in which its record is blanked (FORMATS §2.7).
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet

from evenhand.cli import export
from evenhand.context import Context
from evenhand.corpus import importing
from evenhand.corpus.kept_out import author_name
from evenhand.corpus.tally import tallied
from evenhand.errors import UsageError
from evenhand.posts import Recognised, Report, reader_named, recognise
from evenhand.web.record.documents import open_document
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused, unwrap
from evenhand.web.record.models import Record
from evenhand.web.record.queries import leaf_about, log_size, log_store
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.presenters import past
from evenhand.web.sources.queries import blanked_copies, query, stray_copies
from evenhand.web.sources.retention import erase_posts, forget_due
from evenhand.web.sources.sealing import open_copy, path_of, sealed_source
from evenhand.web.sources.suppression import keep_out


def tweets(folder: Path, name: str, *numbers: int) -> Recognised:
    return recognise(jsonl(folder / name, [v1_tweet(str(n), f"wordabout{n}") for n in numbers]))


def bytes_of(desk: Desk) -> bytes:
    return b"".join(path.read_bytes() for path in desk.home.corpus.rglob("*") if path.is_file())


def held_bytes(desk: Desk, row: models.Import) -> bytes:
    wrapped, key = bytes.fromhex(row.wrapped_key), KeyId(row.key_id)
    return b"".join(open_copy(desk.home, row.held_as, key=key, wrapped=wrapped, actor=SYSTEM, purpose="test"))


def leaves_from(start: int, end: int) -> list[dict[str, Any]]:
    return [json.loads(entry.data) for entry in log_store().entries(start, end)]


def said_at(index: int) -> dict[str, Any]:
    """Return the document of an entry."""
    record = Record.objects.get(seq=index)
    key = unwrap(KeyId(record.key_id), actor=SYSTEM, purpose="test")
    return dict(json.loads(open_document(key, record.id, bytes(record.sealed))))


def keys() -> list[str]:
    return sorted(query("SELECT record_key FROM observations")["record_key"].to_pylist())


@pytest.fixture
def erased(desk: Desk, tmp_path: Path) -> Desk:
    import_file(recognised=tweets(tmp_path, "first.jsonl", 1, 2, 3), ctx=desk.ctx)
    assert erase_posts(["x:2"], desk.ctx).rows == 1
    return desk


def test_an_erased_post_is_in_no_file_and_its_source_is_a_blanked_copy(desk: Desk, tmp_path: Path) -> None:  # FMT-C3
    file = tweets(tmp_path, "first.jsonl", 1, 2, 3)
    import_file(recognised=file, ctx=desk.ctx)
    before = models.Import.objects.get()
    assert erase_posts(["x:2"], desk.ctx).rows == 1
    assert keys() == ["x:1", "x:3"]
    row = models.Import.objects.get()
    assert (row.blanked, row.sha256) == (1, before.sha256) and row.held_as != before.id
    with pytest.raises(KeyRefused):
        unwrap(KeyId(before.key_id), actor=SYSTEM, purpose="test")
    assert not path_of(desk.home, before.id).exists()
    held, came = held_bytes(desk, row), file.source.path.read_bytes()
    assert sha256(held).hexdigest() == row.copy_sha256 != row.sha256
    assert (len(held), held.splitlines()[::2]) == (len(came), came.splitlines()[::2])
    assert held.splitlines()[1].strip(b"{ }") == b"" and json.loads(held.splitlines()[1]) == {}
    names = open_texts([before.name_id, row.name_id], actor=SYSTEM, purpose="test", ctx=desk.ctx)
    assert names == {row.name_id: "first.jsonl"}
    assert b"wordabout2" not in bytes_of(desk)
    assert verify(desk.ctx).exit_code != 1


def test_the_log_says_what_took_the_place_of_what(erased: Desk) -> None:  # FMT-C3
    row = models.Import.objects.get()
    [copy] = blanked_copies()
    [came] = copy.refs
    leaves = [leaf for index in (came, copy.leaf) for leaf in leaves_from(index, index + 1)]
    assert [leaf["t"] for leaf in leaves] == ["corpus.imported", "corpus.rewritten"]
    assert leaves[1]["ref"] == [came] and set(leaves[1]["c"]) == {"content", "doc"}
    assert (copy.source_sha256, copy.copy_sha256, copy.blanked) == (row.sha256, row.copy_sha256, 1)


def test_every_other_row_verifies_against_the_copy(erased: Desk) -> None:  # FMT-T28
    row = models.Import.objects.get()
    source = sealed_source(
        erased.home, row.held_as, name="a.jsonl", sha256=row.sha256, key=KeyId(row.key_id),
        wrapped=bytes.fromhex(row.wrapped_key),
    )  # fmt: skip
    reader = reader_named(row.source_format)
    again = {one["locator"]: one for one in reader.rows(source, Report("test"))}
    stored = query("SELECT locator, raw_record_sha256, text_raw FROM observations").to_pylist()
    assert len(stored) == 2
    for one in stored:
        assert {name: again[one["locator"]][name] for name in one} == one


def test_erased_from_the_copy_too_and_only_the_last_stays(erased: Desk) -> None:
    first = models.Import.objects.get()
    assert erase_posts(["x:1"], erased.ctx).rows == 1
    row = models.Import.objects.get()
    assert (row.blanked, row.held_as != first.held_as) == (2, True)
    assert [line.strip(b"{ }") == b"" for line in held_bytes(erased, row).splitlines()] == [True, True, False]
    assert [path.stem for path in (erased.home.corpus / "sources").iterdir()] == [row.held_as]
    [copy] = blanked_copies()
    assert len(copy.refs) == 2, "it refers to the leaf of the file as it came and to that of the copy before it"
    assert verify(erased.ctx).exit_code != 1
    assert erase_posts(["x:1"], erased.ctx).rows == 0
    assert models.Import.objects.get().held_as == row.held_as, "twice is once"


def test_a_copy_of_which_nothing_would_be_left_goes_whole_and_says_why(erased: Desk) -> None:
    gone = erase_posts(["x:1", "x:3"], erased.ctx)
    assert gone.rows == 2
    row = models.Import.objects.get()
    assert [each.why for each in gone.copies] == ["nothing_else_in_it"]
    assert row.key_id == "" and not path_of(erased.home, row.held_as).exists()
    leaves = leaves_from(0, log_size())
    assert [leaf["why"] for leaf in leaves if leaf["t"] == "retention.purged" and "why" in leaf] == [gone.copies[0].why]
    assert verify(erased.ctx).exit_code != 1


def test_the_copy_of_a_file_that_brought_it_a_second_time_is_blanked_too(desk: Desk, tmp_path: Path) -> None:
    import_file(recognised=tweets(tmp_path, "first.jsonl", 1, 2), ctx=desk.ctx)
    import_file(recognised=tweets(tmp_path, "second.jsonl", 2, 3), ctx=desk.ctx)  # of post 2 it adds no row
    assert erase_posts(["x:2"], desk.ctx).rows == 1
    rows = list(models.Import.objects.order_by("imported_at", "id"))
    assert [row.blanked for row in rows] == [1, 1]
    assert not any(b"wordabout2" in held_bytes(desk, row) for row in rows)


def test_a_file_read_before_copies_could_be_replaced_folds_as_it_was(desk: Desk, tmp_path: Path) -> None:
    import_file(recognised=tweets(tmp_path, "first.jsonl", 1, 2), ctx=desk.ctx)
    row = models.Import.objects.get()
    assert (row.copy_id, row.copy_sha256, row.blanked, row.held_as) == ("", "", 0, row.id)
    assert verify(desk.ctx).exit_code != 1
    models.Import.objects.update(copy_id="ab" * 16, copy_sha256="cd" * 32, blanked=1)
    assert verify(desk.ctx).exit_code == 1, "a copy that no document names"


def test_the_page_names_the_copy_and_its_entries(erased: Desk) -> None:
    [copy] = blanked_copies()
    [line] = past()
    assert f"(entry {copy.leaf} of the log, about entry {copy.refs[0]})" in str(line[-1])
    erase_posts(["x:1", "x:3"], erased.ctx)
    assert (past()[0][-1], blanked_copies()) == ("none any more", [])


def test_an_export_names_the_copy_and_its_entries(
    erased: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export, "ready", lambda *_, **__: None)  # it is ready: the fixture made it
    monkeypatch.setattr(export, "stores_of", lambda _home: nullcontext())
    export.command.callback(erased.home.corpus, tmp_path / "posts.jsonl", "records", True)  # type: ignore[misc]
    said, [copy] = capsys.readouterr(), blanked_copies()
    [told] = json.loads(said.out)["blanked_copies"]
    assert (told["leaf"], told["refs"], told["blanked"]) == (copy.leaf, [*copy.refs], 1)
    assert f"entry {copy.leaf} of the log, about entry {copy.refs[0]}" in said.err


def test_the_blanked_copy_goes_after_its_thirty_days_like_any_other(erased: Desk) -> None:
    row = models.Import.objects.get()
    later = Context(now=lambda: erased.ctx.now() + timedelta(days=31), random=erased.ctx.random)
    assert forget_due(later) > 0
    assert not path_of(erased.home, row.held_as).exists() and models.Import.objects.get().key_id == ""
    with pytest.raises(KeyRefused):
        unwrap(KeyId(row.key_id), actor=SYSTEM, purpose="test")
    assert verify(erased.ctx).exit_code != 1


def test_an_erased_post_is_named_nowhere(erased: Desk) -> None:
    assert b"wordabout2" not in bytes_of(erased)
    assert b"x:2" not in erased.home.database.read_bytes()
    assert verify(erased.ctx).exit_code != 1


def test_the_same_again_adds_nothing_and_counts_it(erased: Desk, tmp_path: Path) -> None:  # FMT-C3
    again = import_file(recognised=tweets(tmp_path, "again.jsonl", 2), ctx=erased.ctx)
    assert (again.id, again.ingested.posts, again.ingested.suppressed) == ("", 0, 1)
    assert models.Import.objects.count() == 1


def test_what_comes_with_it_comes_in_and_the_file_is_kept_without_it(erased: Desk, tmp_path: Path) -> None:
    file = tweets(tmp_path, "beside.jsonl", 2, 4)
    beside = import_file(recognised=file, ctx=erased.ctx)
    assert (beside.ingested.posts, beside.ingested.suppressed) == (1, 1)
    row = models.Import.objects.get(pk=beside.id)
    assert (row.blanked, row.suppressed, row.posts) == (1, 1, 1)
    assert keys() == ["x:1", "x:3", "x:4"]
    held, came = held_bytes(erased, row), file.source.path.read_bytes()
    assert sha256(held).hexdigest() == row.copy_sha256 and sha256(came).hexdigest() == row.sha256
    assert len(held) == len(came) and held.splitlines()[1] == came.splitlines()[1]
    assert json.loads(held.splitlines()[0]) == {}
    assert b"wordabout2" not in bytes_of(erased)
    copy = next(each for each in blanked_copies() if each.source_sha256 == row.sha256)
    (leaf,) = leaves_from(copy.leaf, copy.leaf + 1)
    assert (leaf["t"], copy.refs, copy.blanked) == ("corpus.imported", (), 1)
    assert any(f"(entry {copy.leaf} of the log, as it was taken in)" in str(line[-1]) for line in past())
    assert verify(erased.ctx).exit_code != 1


def test_a_copy_that_never_held_it_is_replaced_like_any_other(erased: Desk, tmp_path: Path) -> None:
    beside = import_file(recognised=tweets(tmp_path, "beside.jsonl", 2, 4, 5), ctx=erased.ctx)
    came = next(each.leaf for each in blanked_copies() if each.blanked == 1 and not each.refs)
    assert erase_posts(["x:4"], erased.ctx).rows == 1
    row = models.Import.objects.get(pk=beside.id)
    assert row.blanked == 2 and [json.loads(line) == {} for line in held_bytes(erased, row).splitlines()] == [
        True, True, False,
    ]  # fmt: skip
    assert next(each.refs for each in blanked_copies() if each.source_sha256 == row.sha256) == (came,)
    assert b"wordabout4" not in bytes_of(erased) and verify(erased.ctx).exit_code != 1


@pytest.mark.parametrize("why", ["text_elsewhere_in_it", "too_many_records"])
def test_a_file_that_cannot_be_kept_without_it_is_not_kept_and_says_why(
    erased: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "too_many_records":
        monkeypatch.setattr(importing, "MOST_BARRED", 1)
    said = "the words of the second, said again beside it"
    other = v1_tweet("4", "of my own") | {"unknown": said}
    file = recognise(jsonl(tmp_path / "beside.jsonl", [v1_tweet("2", said), other]))
    beside = import_file(recognised=file, ctx=erased.ctx)
    row = models.Import.objects.get(pk=beside.id)
    assert (row.key_id, row.copy_id, row.suppressed, row.posts) == ("", "", 1, 1)
    index = leaf_about(row.id, "corpus.imported")
    assert said_at(index)["body"]["not_kept"] == why
    assert said.encode() not in bytes_of(erased) and not stray_copies(erased.home)
    assert verify(erased.ctx).exit_code != 1


def test_what_an_author_wrote_who_asked_is_blanked_in_what_comes_later(desk: Desk, tmp_path: Path) -> None:
    theirs, other = v1_tweet("7", "what they wrote, all of it"), v1_tweet("8", "of somebody else")
    other["user"] = other["user"] | {"id": 9, "id_str": "9", "screen_name": "another"}
    keep_out({author_name("x", theirs["user"]["screen_name"])}, desk.ctx)
    beside = import_file(recognised=recognise(jsonl(tmp_path / "a.jsonl", [theirs, other])), ctx=desk.ctx)
    row = models.Import.objects.get(pk=beside.id)
    assert (row.blanked, row.posts, row.suppressed) == (1, 1, 1)
    assert json.loads(held_bytes(desk, row).splitlines()[0]) == {} and keys() == ["x:8"]
    assert b"what they wrote" not in bytes_of(desk)


def test_a_file_that_changes_while_it_comes_in_is_refused_and_leaves_nothing(erased: Desk, tmp_path: Path) -> None:
    file = tweets(tmp_path, "beside.jsonl", 2, 4)
    jsonl(file.source.path, [v1_tweet("2", "wordabout2"), v1_tweet("5", "wordabout5")])
    with pytest.raises(UsageError, match="changed while it was read"):
        import_file(recognised=file, ctx=erased.ctx)
    assert models.Import.objects.count() == 1 and keys() == ["x:1", "x:3"] and not stray_copies(erased.home)


def test_who_counts_the_rows_of_an_import_counts_them_once(erased: Desk, tmp_path: Path) -> None:
    counted, tally = tallied(tweets(tmp_path, "beside.jsonl", 2, 4, 5))
    assert import_file(recognised=counted, ctx=erased.ctx).ingested.suppressed == 1
    assert sum(tally.relations.values()) == 3


def test_a_deletion_of_an_erased_post_names_it_nowhere(erased: Desk, tmp_path: Path) -> None:
    gone = {"delete": {"status": {"id_str": "2", "user_id_str": "8001"}}}
    import_file(recognised=recognise(jsonl(tmp_path / "gone.jsonl", [gone, v1_tweet("5", "five")])), ctx=erased.ctx)
    assert query("SELECT * FROM events").num_rows == 0
    assert "x:2" not in keys()


def test_a_deletion_by_its_author_erases_nothing(desk: Desk, tmp_path: Path) -> None:  # FMT-C3
    import_file(recognised=tweets(tmp_path, "first.jsonl", 1), ctx=desk.ctx)
    gone = {"delete": {"status": {"id_str": "1", "user_id_str": "8001"}}}
    import_file(recognised=recognise(jsonl(tmp_path / "gone.jsonl", [gone]), as_format="x_api"), ctx=desk.ctx)
    row = query("SELECT deletion_state, text_norm FROM posts").to_pylist()
    assert row == [{"deletion_state": "deleted_by_author", "text_norm": "wordabout1"}]
    assert not models.Suppressed.objects.exists()


def test_a_list_that_was_shortened_is_found(erased: Desk) -> None:
    assert erase_posts(["x:2"], erased.ctx).rows == 0  # again: nothing new on the list
    assert models.Suppressed.objects.count() == 1
    models.Suppressed.objects.all().delete()
    assert verify(erased.ctx).exit_code == 1
