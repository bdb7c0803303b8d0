"""The product's own readers find in every file exactly what was written."""

import json

import pytest

from evenhand.posts import Report, read

SHAPES = {
    "x-mentions-week-1.jsonl": "x_api/1",
    "x-stream.jsonl": "x_api/1",
    "facebook-comments.csv": "rows/1",
    "youtube-comments.jsonl": "rows/1",
}


@pytest.fixture(scope="session")
def found(demo):
    """File name -> (posts, report)."""
    everything = {}
    for export in demo.exports:
        report = Report(export.path.name)
        everything[export.path.name] = (list(read(export.path, report=report)), report)
    return everything


@pytest.mark.slow
def test_every_file_is_read_back_with_the_counts_that_were_written(demo, found):
    for export in demo.exports:
        posts, report = found[export.path.name]
        counted = (len(posts), report.control, len(report.refused), report.merged)
        assert counted == (export.posts, export.control, export.refused, export.merged), export.path.name


def test_every_record_is_one_the_truth_names(demo, found):
    truth = {json.loads(line)["record_key"]: json.loads(line) for line in demo.truth.read_bytes().splitlines()}
    keys = {post.record_key for posts, _report in found.values() for post in posts if post.relation != "like"}
    assert keys == {key for key in truth if not key.startswith("like:")}
    liked = {post.share_of for posts, _report in found.values() for post in posts if post.relation == "like"}
    assert liked == {f"x:{key.split(':')[2]}" for key in truth if key.startswith("like:")}


@pytest.mark.parametrize("name", SHAPES)
def test_each_file_is_recognised_by_its_structure(found, name):
    posts, _report = found[name]
    assert {post.source_format for post in posts} == {SHAPES[name]}


def test_ruined_records_are_refused_for_the_right_reasons(found):
    assert [each.reason for each in found["facebook-comments.csv"][1].refused] == ["id_destroyed"] * 3
    assert [each.reason for each in found["youtube-comments.jsonl"][1].refused] == [
        "id_destroyed",
        "record_malformed",
        "record_malformed",
    ]


def test_shares_are_shares_and_carry_no_words_of_the_sharer(demo, found):
    kinds = {json.loads(line)["record_key"]: json.loads(line)["kind"] for line in demo.truth.read_bytes().splitlines()}
    for posts, _report in found.values():
        for post in posts:
            if kinds.get(post.record_key) == "share":
                assert post.relation == "repost"
            elif post.relation == "repost":
                pytest.fail(f"{post.record_key} is no share")


def test_mentions_stand_where_the_reader_says(found):
    for name, (posts, _report) in found.items():
        if name.startswith("x-"):
            for post in posts:
                for mention in post.mentions:
                    if not post.truncated:
                        assert post.text_norm[mention["start"] : mention["end"]] == f"@{mention['handle']}"


def test_long_posts_are_read_whole(found):
    posts, _report = found["x-mentions-week-3.jsonl"]
    assert any(len(post.text_norm or "") > 300 for post in posts)
    assert not any(
        (post.text_norm or "").endswith("…") for post in posts if post.truncated and post.relation != "repost"
    )


def test_no_time_contradicts_its_id(found):
    assert not [post.record_key for posts, _r in found.values() for post in posts if "conflict" in " ".join(post.flags)]


def test_a_post_seen_twice_reads_the_same_in_both_shapes(demo, found):
    in_pages = {post.record_key: post for n in (1, 2, 3) for post in found[f"x-mentions-week-{n}.jsonl"][0]}
    pairs = [(post, in_pages[post.record_key]) for post in found["x-stream.jsonl"][0] if post.record_key in in_pages]
    assert len(pairs) == demo.repeated > 5
    for streamed, searched in pairs:
        assert (streamed.author_id, streamed.claimed_at.replace(microsecond=0)) == (
            searched.author_id,
            searched.claimed_at.replace(microsecond=0),
        )
        if searched.relation != "repost":
            assert streamed.text_norm == searched.text_norm


def test_a_stream_text_over_140_letters_is_whole(found):
    assert any(len(post.text_norm or "") > 300 and not post.truncated for post in found["x-stream.jsonl"][0])


def test_a_declared_account_is_the_one_that_posts_and_is_mentioned(demo, found):
    declared = {(platform, number) for person in demo.organisation.protected for platform, number, _ in person.accounts}
    posts, _report = found["facebook-comments.csv"]
    assert any(("facebook", post.author_id) in declared for post in posts)
    assert any(("facebook", mention["id"]) in declared for post in posts for mention in post.mentions)
