"""Pictures: sizes before pixels, what is covered is gone, near and far with their limits, machine-read words."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from evenhand.errors import UsageError
from evenhand.evidence import transcript as reading
from evenhand.evidence.pictures import (
    OWN,
    PDQ,
    SIMILAR_WITHIN,
    TAKERS_QUESTIONS,
    Area,
    Fingerprint,
    _own_fingerprint,
    covered,
    distance,
    fingerprint,
    opened,
    similar,
)
from evenhand.evidence.uploads import UploadRefused


def picture(form: str = "PNG", size: tuple[int, int] = (300, 120), **more: object) -> bytes:
    made = Image.new("RGB", size, "white")
    ImageDraw.Draw(made).text((10, 10), "You clown. 0171 555 0199", fill="black")
    out = io.BytesIO()
    made.save(out, form, **more)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_three_kinds_are_opened(form: str) -> None:
    assert opened(picture(form)).size == (300, 120)


def test_a_picture_of_billions_of_points_is_refused_before_one_is_made() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    with pytest.raises(UploadRefused, match="50 million"):
        opened(bomb)


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_kinds_are_not_even_tried(form: str) -> None:
    with pytest.raises(UploadRefused, match="no picture we can read"):
        opened(picture(form))


def test_damage_is_said() -> None:
    for data in (b"", b"\x89PNG\r\n\x1a\nnothing", picture()[:-40], picture("JPEG")[:200]):
        with pytest.raises(UploadRefused):
            opened(data)


def test_what_is_covered_is_in_no_byte_of_the_new_picture() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "Canary 0171")
    data = picture(pnginfo=info)
    new = covered(data, [Area(80, 5, 290, 30)])
    made = opened(new)
    assert b"Canary" not in new and not made.info.get("Comment")
    assert made.mode == "RGB"
    assert made.crop((80, 5, 290, 30)).getcolors() == [(210 * 25, (0, 0, 0))]
    assert made.crop((0, 0, 80, 120)).tobytes() == opened(data).convert("RGB").crop((0, 0, 80, 120)).tobytes()
    assert covered(data, [Area(80, 5, 290, 30)]) == new, "somebody else can repeat it"


def test_nothing_lies_under_transparency() -> None:
    made = Image.new("RGBA", (40, 40), (200, 10, 10, 0))
    out = io.BytesIO()
    made.save(out, "PNG")
    flat = opened(covered(out.getvalue(), []))
    assert flat.mode == "RGB" and flat.getcolors() == [(1600, (255, 255, 255))]


@pytest.mark.parametrize("area", [Area(0, 0, 0, 10), Area(-1, 0, 10, 10), Area(0, 0, 301, 10), Area(10, 0, 5, 10)])
def test_an_area_outside_is_refused(area: Area) -> None:
    with pytest.raises(UsageError, match="outside"):
        covered(picture(), [area])


def test_near_and_far_by_the_limits_that_are_stated() -> None:
    zero = Fingerprint("0" * 64, 100)
    at31 = Fingerprint(f"{(1 << 31) - 1:064x}", 50)
    at32 = Fingerprint(f"{(1 << 32) - 1:064x}", 50)
    assert (distance(zero, at31), similar(zero, at31)) == (31, True)
    assert (distance(zero, at32), similar(zero, at32)) == (32, False)
    assert similar(zero, Fingerprint("0" * 64, 49)) is None, "too little in it to say"


def test_the_distances_that_the_page_states() -> None:
    pytest.importorskip("pdqhash", reason="pdqhash is not installed: it has no wheel and is built where it runs")
    one = fingerprint(picture(size=(640, 480)))
    small = fingerprint(picture("JPEG", size=(640, 480), quality=40))
    assert one.method == PDQ and distance(one, small) <= 31


def scene(seed: int, *, line: bool = False, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with something in it: blocks of light and a few lines, different for each seed."""
    made, rng = Image.new("RGB", (640, 480), "white"), random.Random(seed)
    draw = ImageDraw.Draw(made)
    for _ in range(60):
        x, y = rng.randrange(600), rng.randrange(440)
        grey = rng.randrange(256)
        draw.rectangle((x, y, x + rng.randrange(20, 160), y + rng.randrange(10, 90)), fill=(grey, grey, 255 - grey))
    if line:
        draw.rectangle((40, 220, 600, 250), fill="white")
        draw.text((60, 228), "Somebody wrote a line below the post.", fill="black")
    return made.resize(size)


def packed(made: Image.Image, form: str = "PNG", **how: int) -> bytes:
    out = io.BytesIO()
    made.save(out, form, **how)
    return out.getvalue()


def own(data: bytes) -> Fingerprint:
    return _own_fingerprint(opened(data).convert("RGB"))


def test_our_own_fingerprint_keeps_near_what_was_only_packed_again_and_far_what_is_another_picture() -> None:
    one = own(packed(scene(1)))
    assert one.usable and one.method == OWN
    assert distance(one, own(packed(scene(1), "JPEG", quality=40))) <= 8
    assert distance(one, own(packed(scene(1, size=(320, 240))))) <= 12
    # What the page says of its limits: a line of text stays near, twenty points cut off the edge do not.
    assert distance(one, own(packed(scene(1, line=True)))) <= SIMILAR_WITHIN
    assert distance(one, own(packed(scene(1).crop((0, 20, 640, 480))))) > SIMILAR_WITHIN
    others = [distance(one, own(packed(scene(seed)))) for seed in range(2, 10)]
    assert min(others) > 60, others
    assert not own(packed(Image.new("RGB", (640, 480), "white"))).usable


def test_fingerprints_of_two_methods_are_never_compared() -> None:
    one = own(packed(scene(1)))
    assert similar(one, one) is True
    assert similar(one, Fingerprint(one.bits, one.quality, PDQ)) is None


def test_the_taker_is_asked_and_the_picture_is_not() -> None:
    names = [name for name, _words in TAKERS_QUESTIONS]
    assert len(set(names)) == len(names) >= 7
    assert all(words.endswith("?") for _name, words in TAKERS_QUESTIONS)


TABLE = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    "1\t1\t0\t0\t0\t0\t0\t0\t300\t120\t-1\t\n"
    "5\t1\t1\t1\t1\t1\t10\t10\t20\t10\t90.5\tYou\n"
    "5\t1\t1\t1\t1\t2\t40\t10\t40\t10\t70\tclown.\n"
    "5\t1\t1\t1\t2\t1\t10\t30\t40\t10\tx\tbad\n"
    "5\t1\t1\t1\t3\t1\t10\t30\t40\t10\t50\tLater\n"
)


def test_what_a_machine_read_says_how_sure_it_is() -> None:
    found = reading.told(TABLE, "tesseract 5.3.0")
    assert (found.text, found.sure) == ("You clown.\nLater", 70)
    assert reading.told("", "x").sure is None
    assert "machine-read" in reading.LABEL and "unverified" in reading.LABEL


def test_without_the_program_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not reading.can_read()
    with pytest.raises(UsageError, match="no program"):
        reading.transcript(picture())


@pytest.mark.slow
def test_the_program_itself_where_it_is_installed() -> None:
    if not reading.can_read():
        pytest.skip("tesseract is not installed")
    assert "clown" in reading.transcript(picture(size=(600, 200)), languages="eng").text
