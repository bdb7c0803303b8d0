"""FMT-T12, T13: a Takeout's tables in any language, with any columns; texts as JSON without brackets."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.make_exports import TAKEOUT_DE, TAKEOUT_EN, takeout, zipped
from tests.fixtures.make_mapped import table
from tests.posts.written import made

SHARED = ("native_id", "author_id", "claimed_at", "reply_to", "text_norm", "side", "relation")


def test_headers_in_any_language_give_the_same_comments(tmp_path: Path) -> None:  # FMT-T12
    german = made(tmp_path, takeout(TAKEOUT_DE, 9)).posts
    english = made(tmp_path, takeout(TAKEOUT_EN, 7)).posts
    assert len(german) == 2
    for one, other in zip(german, english, strict=True):
        assert [getattr(one, name) for name in SHARED] == [getattr(other, name) for name in SHARED]
    assert german[1].reply_to == "youtube:UgxAAAAAAAAAAAAAA0"
    assert german[0].author_basis == "archive_owner"


def test_the_text_of_several_objects_is_joined(tmp_path: Path) -> None:  # FMT-T13
    cell = (
        '{"text":"a"},{"text":"\\n"},{"text":"b \\"c\\" "},{"text":"v","videoLink":{"externalVideoId":"-dQx_7aB2cE"}}'
    )
    row = dict(zip(TAKEOUT_EN, ["UgxAAAAAAAAAAAAAA0", "UCaaaaaaaaaaaaaaaaaaaaaa"], strict=False))
    row |= {"Created": "2024-01-01T09:00:00Z", "Price": "0", "Parent ID": "", "Video ID": "-dQx_7aB2cE", "Text": cell}
    (post,) = made(tmp_path, zipped({"Takeout/YouTube/kommentare.csv": table(row)})).posts
    assert post.text_norm == 'a\nb "c" v'
    assert post.text_raw == cell.encode()
    assert post.urls[0]["url_full"] == "https://www.youtube.com/watch?v=-dQx_7aB2cE"
    assert post.norm_map is None


def test_a_cell_that_is_no_json_stays_as_it_is(tmp_path: Path) -> None:
    content = takeout(TAKEOUT_EN, 7).replace(b'{""text"":""hello""}', b'{""text"":""hel')
    first, _ = made(tmp_path, content).posts
    assert first.text_norm == '{"text":"hel'
    assert first.flags == ["text_not_parsed"]
