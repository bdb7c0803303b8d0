"""The corpus: what the manifest names is all there is, and the connection takes no more than it may."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from tests.fixtures.make_x import jsonl, v1_tweet, v2_page, v2_tweet

import evenhand.corpus
from evenhand.context import Context
from evenhand.corpus import Corpus, FileKind, MemoryManifest, ingest
from evenhand.corpus.connect import Bounds, connect
from evenhand.corpus.store import Busy
from evenhand.errors import UsageError
from evenhand.posts import POST_SCHEMA, recognise


def take(corpus: Corpus, path: Path, ctx: Context) -> evenhand.corpus.Ingested:
    with corpus.writing():
        ingested = ingest(corpus, recognise(path), ctx)
        assert isinstance(corpus.manifest, MemoryManifest)
        corpus.manifest.swap(add=ingested.files)
    return ingested


@pytest.fixture
def corpus(tmp_path: Path, ctx: Context) -> Corpus:
    corpus = Corpus(tmp_path / "a folder with an 'odd' name; ü", MemoryManifest())
    take(corpus, jsonl(tmp_path / "a.jsonl", [v1_tweet(str(n)) for n in range(1, 6)]), ctx)
    return corpus


def test_an_empty_corpus_answers_in_the_same_schema(tmp_path: Path) -> None:
    empty = Corpus(tmp_path, MemoryManifest()).query("SELECT * FROM posts")
    assert empty.num_rows == 0
    assert empty.cast(POST_SCHEMA).schema == POST_SCHEMA


def test_a_stray_half_written_file_changes_no_answer(corpus: Corpus) -> None:  # FMT-C26
    before = corpus.query("SELECT * FROM posts ORDER BY record_key")
    (corpus.folder / "observations" / "stray.parquet").write_bytes(b"PAR1 half")
    assert corpus.query("SELECT * FROM posts ORDER BY record_key").equals(before)
    assert [path.name for path in corpus.strays()] == ["stray.parquet"]


def test_what_nobody_committed_is_swept_and_what_nobody_announced_stays(
    corpus: Corpus, tmp_path: Path, ctx: Context
) -> None:
    unknown = corpus.folder / "observations" / "of an older database.parquet"
    unknown.write_bytes(b"PAR1")
    with corpus.writing():
        lost = ingest(corpus, recognise(jsonl(tmp_path / "b.jsonl", [v1_tweet("50"), gone("51")])), ctx)
        assert [corpus.path(file).exists() for file in lost.files] == [True, True]
    assert [corpus.path(file).exists() for file in lost.files] == [False, False]
    assert corpus.strays() == [unknown]
    assert [path.name for path in corpus.work.iterdir() if path.is_file()] == ["lock"]


def gone(native_id: str) -> dict[str, object]:
    return {"delete": {"status": {"id_str": native_id}}}


def test_no_pattern_ever_names_a_file() -> None:  # FMT-C26
    folder = Path(evenhand.corpus.__file__).parent
    for path in folder.glob("*.py"):
        assert not re.search(r"\bglob\b|\brglob\b|\*\.parquet", path.read_text()), path.name


def test_the_settings_of_a_connection_read_back(tmp_path: Path) -> None:  # FMT-C26
    with connect(tmp_path, [], Bounds("100MiB", 1)) as connection:

        def setting(name: str) -> object:
            return connection.sql(f"SELECT current_setting('{name}') AS v").to_arrow_table().to_pylist()[0]["v"]

        assert setting("memory_limit") == "100.0 MiB"
        assert setting("threads") == 1
        assert setting("temp_directory").startswith(str(tmp_path / ".spill-"))
        assert setting("autoinstall_known_extensions") is False
        assert setting("autoload_known_extensions") is False
        assert setting("enable_external_access") is False
        assert setting("TimeZone") == "UTC"
        with pytest.raises(duckdb.Error):
            connection.execute("SET memory_limit = '9GB'")


def test_a_query_reaches_no_other_file(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises((duckdb.Error, UsageError)):
        corpus.query(f"SELECT * FROM read_csv('{tmp_path}/secret.csv')")


def test_parameters_and_streams(corpus: Corpus) -> None:
    assert corpus.query("SELECT native_id FROM posts WHERE native_id = ?", ["3"]).to_pylist() == [{"native_id": "3"}]
    named = corpus.query("SELECT native_id FROM posts WHERE native_id = $id", {"id": "4"})
    assert named.to_pylist() == [{"native_id": "4"}]
    assert sum(batch.num_rows for batch in corpus.stream("SELECT * FROM posts")) == 5


def test_the_same_file_twice_adds_nothing(corpus: Corpus, tmp_path: Path, ctx: Context) -> None:
    again = take(corpus, tmp_path / "a.jsonl", ctx)
    assert (again.posts, again.merged, again.observations, again.files) == (0, 5, 0, ())


def test_only_what_is_new_is_added(corpus: Corpus, tmp_path: Path, ctx: Context) -> None:
    tweets = [v1_tweet("5"), v1_tweet("6"), v1_tweet("6"), v1_tweet("1", favorite_count=8)]
    more = take(corpus, jsonl(tmp_path / "b.jsonl", tweets), ctx)
    assert (more.posts, more.merged, more.observations) == (1, 3, 2)
    counted = corpus.query("SELECT count(*) AS n, count(DISTINCT record_key) AS keys FROM observations")
    assert counted.to_pylist() == [{"n": 7, "keys": 6}]


def test_deletion_is_an_event_and_never_a_change(corpus: Corpus, tmp_path: Path, ctx: Context) -> None:
    lines = [{"delete": {"status": {"id_str": i}, "timestamp_ms": "1704099600000"}} for i in ("1", "77")]
    path = jsonl(tmp_path / "d.jsonl", [v1_tweet("8"), *lines])
    deleted = take(corpus, path, ctx)
    assert (deleted.posts, deleted.report.control) == (1, 2)
    states = corpus.query("SELECT native_id, deletion_state, text_norm FROM posts ORDER BY native_id").to_pylist()
    assert states[0] == {"native_id": "1", "deletion_state": "deleted_by_author", "text_norm": "hello"}
    assert states[-2] == {"native_id": "77", "deletion_state": "never_held", "text_norm": None}
    assert take(corpus, path, ctx).files == ()
    found = take(corpus, jsonl(tmp_path / "e.jsonl", [v1_tweet("77", "found")]), ctx)
    assert found.posts == 1
    (post,) = corpus.query("SELECT deletion_state, text_norm FROM posts WHERE native_id = '77'").to_pylist()
    assert post == {"deletion_state": "deleted_by_author", "text_norm": "found"}


def test_a_value_of_the_wrong_type_costs_only_its_row(corpus: Corpus, tmp_path: Path, ctx: Context) -> None:
    bad = v1_tweet("9")
    bad["entities"]["user_mentions"] = [{"screen_name": 5, "id_str": {"a": 1}, "indices": [0, 3]}]
    taken = take(corpus, jsonl(tmp_path / "b.jsonl", [v1_tweet("10"), bad, v1_tweet("11")]), ctx)
    assert (taken.posts, [r.reason for r in taken.report.refused]) == (2, ["record_malformed"])


def test_counts_add_up(corpus: Corpus, tmp_path: Path, ctx: Context) -> None:  # FMT-C4
    lines = [v1_tweet("1"), v1_tweet("20"), {"limit": {"track": 1}}, {"odd": 1}, {"id_str": 5.5, "text": "x"}]
    taken = take(corpus, jsonl(tmp_path / "b.jsonl", lines), ctx)
    told = taken.posts + taken.merged + taken.suppressed + taken.report.control + len(taken.report.refused)
    assert told == len(lines)


def test_an_erased_post_does_not_come_back(tmp_path: Path, ctx: Context) -> None:
    from evenhand.corpus import Terms

    corpus = Corpus(tmp_path / "c", MemoryManifest())
    path = jsonl(tmp_path / "a.jsonl", [v2_page([v2_tweet("1"), v2_tweet("2")])])
    taken = ingest(corpus, recognise(path), ctx, Terms(is_suppressed=lambda key: key == "x:1"))
    assert (taken.posts, taken.suppressed) == (1, 1)


def test_two_writers_are_one_too_many(corpus: Corpus) -> None:
    with corpus.writing(), pytest.raises(Busy), corpus.writing():
        pass


def test_a_failed_import_leaves_no_file(
    corpus: Corpus, tmp_path: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(corpus.folder.rglob("*"))
    monkeypatch.setattr("evenhand.corpus.importing.publish", full)
    with pytest.raises(OSError, match="No space"):
        take(corpus, jsonl(tmp_path / "b.jsonl", [v1_tweet("50")]), ctx)
    assert sorted(corpus.folder.rglob("*")) == before
    assert corpus.paths(FileKind.OBSERVATIONS)


def test_a_folder_that_reads_like_a_pattern_is_refused(tmp_path: Path, ctx: Context) -> None:
    corpus = Corpus(tmp_path / "a [folder]", MemoryManifest())
    with pytest.raises(UsageError, match="must not have"):
        take(corpus, jsonl(tmp_path / "a.jsonl", [v1_tweet("1")]), ctx)
    assert [path.name for path in corpus.folder.rglob("*") if path.is_file()] == ["lock"]
