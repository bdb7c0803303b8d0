"""Working copies of uploads: metadata out, the picture untouched; everything unknown, damaged or active is refused."""

from __future__ import annotations

import gzip
import io
import os
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.evidence.uploads import MAX_BYTES, Kind, UploadRefused, kind_of, strip

NIGHTLY = bool(os.environ.get("EVENHAND_NIGHTLY"))

SECRET = b"Canary Quillfeather 51.5N"


def chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def png(*extra: bytes, width: int = 2, height: int = 2) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\1\2" * 2))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + pixels + chunk(b"IEND", b"")


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def exif(orientation: int = 6) -> bytes:
    entries = struct.pack("<HHII", 0x010F, 2, len(SECRET), 100) + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + b"II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + SECRET


JFIF = b"JFIF\0\x01\x02\x00\x00\x48\x00\x48"
SOF = b"\x08" + struct.pack(">HH", 2, 2) + b"\x01\x01\x11\x00"
SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"


def jpeg(*extra: bytes, jfif: bytes = JFIF + b"\0\0", sof: bytes = SOF, end: bytes = b"\xff\xd9") -> bytes:
    tables = segment(0xDB, b"\0" * 65) + segment(0xC4, b"\0" * 17)
    return b"\xff\xd8" + segment(0xE0, jfif) + b"".join(extra) + tables + segment(0xC0, sof) + SCAN + end


def riff(name: bytes, payload: bytes) -> bytes:
    return name + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


VP8L = b"\x2f" + struct.pack("<I", 1 | 1 << 14) + b"pixels"


def webp(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


VP8X = riff(b"VP8X", bytes((0x3E, 0, 0, 0)) + (1).to_bytes(3, "little") * 2)

PDF = (
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n<< /Author (Canary \\(Quillfeather\\) 51.5N) "
    b"/Producer <43616e617279> /CreationDate (D:20260302) >>\nendobj\n3 0 obj\n<</Type/Metadata>>\nstream\n"
    b"<?xpacket begin='' id='x'?><x:xmpmeta>" + SECRET + b"</x:xmpmeta><?xpacket end='w'?>\nendstream\nendobj\n"
    b"trailer <</Root 1 0 R/Info 2 0 R>>\nstartxref\n0\n%%EOF\n"
)
MAIL = (
    b"Received: from [192.0.2.7] by " + SECRET + b"\r\nX-Mailer: " + SECRET + b"\r\nFrom: a@post.example\r\n"
    b"To: b@post.example\r\nSubject: a letter\r\n folded\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n"
    b'Content-Type: multipart/mixed;\r\n boundary="=_b"\r\n\r\npreamble\r\n'
    b"--=_b\r\nContent-Type: text/plain\r\n\r\nYou clown.\r\n"
    b"--=_b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment\r\n\r\n" + SECRET + b"\r\n--=_b--\r\n"
)
WITH_SECRETS = {
    Kind.PNG: png(
        chunk(b"tEXt", b"Author\0" + SECRET), chunk(b"eXIf", SECRET), chunk(b"iTXt", SECRET), chunk(b"tIME", b"1234567")
    ),
    Kind.JPEG: jpeg(
        segment(0xE1, exif()),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
        segment(0xFE, SECRET),
        segment(0xED, SECRET),
        segment(0xE2, b"MPF\0" + SECRET),
    ),
    Kind.WEBP: webp(VP8X, riff(b"ICCP", SECRET), riff(b"VP8L", VP8L), riff(b"EXIF", SECRET), riff(b"XMP ", SECRET)),
    Kind.PDF: PDF,
    Kind.MAIL: MAIL,
}


@pytest.mark.parametrize("kind", list(WITH_SECRETS))
def test_metadata_is_gone_and_named(kind):
    data = WITH_SECRETS[kind]
    assert SECRET in data
    copy = strip(data)
    assert copy.kind is kind
    assert SECRET not in copy.data
    assert b"Canary" not in copy.data
    assert copy.removed
    assert strip(copy.data).data == copy.data


def test_the_picture_itself_is_untouched():
    assert strip(WITH_SECRETS[Kind.PNG]).data == png()
    assert strip(png()).removed == ()
    assert strip(webp(riff(b"VP8L", VP8L))).data == webp(riff(b"VP8L", VP8L))
    assert SCAN in strip(WITH_SECRETS[Kind.JPEG]).data
    assert strip(jpeg()).data == jpeg()


def test_what_was_removed_is_said_in_words():
    assert strip(WITH_SECRETS[Kind.JPEG]).removed == ("EXIF", "XMP", "comment", "APP13", "APP2")
    assert strip(WITH_SECRETS[Kind.PDF]).removed == ("Author", "Producer", "CreationDate", "XMP")
    assert "attachment" in strip(MAIL).removed


def test_a_picture_held_upright_stays_upright_and_nothing_else_of_exif_stays():
    kept = strip(jpeg(segment(0xE1, exif(6)))).data
    assert kept.count(b"Exif\0\0") == 1
    assert kept[:2] == b"\xff\xd8" and len(kept) < len(jpeg()) + 50
    assert strip(jpeg(segment(0xE1, exif(1)))).data == jpeg()


def test_a_thumbnail_in_the_jfif_part_goes():
    copy = strip(jpeg(jfif=JFIF + b"\x02\x02" + b"thumbnailbyt"))
    assert copy.removed == ("thumbnail",)
    assert copy.data == jpeg()


def test_metadata_inside_an_animation_goes():
    frame = riff(b"ANMF", b"\0" * 16 + riff(b"VP8L", VP8L) + riff(b"JUNK", SECRET))
    copy = strip(webp(VP8X, riff(b"ANIM", b"\0" * 6), frame))
    assert SECRET not in copy.data and copy.removed == ("JUNK",)


@pytest.mark.parametrize("kind", [Kind.PNG, Kind.JPEG, Kind.WEBP])
def test_what_follows_the_end_goes(kind):
    polyglot = WITH_SECRETS[kind] + b"PK\x03\x04" + SECRET
    copy = strip(polyglot)
    assert b"PK\x03\x04" not in copy.data
    assert "bytes after the end" in copy.removed


def test_a_pdf_keeps_its_length_so_that_its_table_of_places_fits():
    assert len(strip(PDF).data) == len(PDF)
    assert b"PK" not in strip(PDF + b"PK\x03\x04").data


def test_a_packed_description_of_a_pdf_is_named():
    packed = zlib.compress(b"<</Author(somebody)>>")
    data = PDF.replace(b"trailer", b"4 0 obj\n<</Filter/FlateDecode>>\nstream\n" + packed + b"\nendstream\ntrailer")
    assert strip(data).remains == ("a description that could not be blanked",)
    assert strip(PDF).remains == ()


@pytest.mark.parametrize(
    "inside",
    [
        b"/OpenAction <</S/JavaScript/JS(x)>>",
        b"/S/Java#53cript",
        b"/S/Launch",
        b"/Type/EmbeddedFile",
        b"/Encrypt 5 0 R",
        b"stream\n" + zlib.compress(b"<</S/JavaScript>>") + b"\nendstream",
    ],
)
def test_a_pdf_that_does_something_is_refused(inside):
    with pytest.raises(UploadRefused, match="PDF"):
        strip(PDF.replace(b"trailer", inside + b" trailer"))


def test_a_mail_keeps_its_words_and_loses_its_way():
    copy = strip(MAIL).data
    assert b"You clown." in copy and b"Subject: a letter\n folded" in copy
    assert b"Received" not in copy and b"192.0.2.7" not in copy


def test_plain_text_stays_as_it_is():
    assert strip("“You muppet”\r\n".encode()).data == "“You muppet”\r\n".encode()
    assert strip(b"\xef\xbb\xbfhello").data == b"hello"
    assert strip(b"PK is my initials").kind is Kind.TEXT
    assert strip(b"From me: hello\n\nthere").kind is Kind.TEXT


DAMAGED = [
    png()[:-1],
    png()[:30],
    png().replace(b"IDAT", b"IDAX"),
    png(width=0),
    png(width=60_000, height=60_000),
    b"\x89PNG\r\n\x1a\n",
    b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
    jpeg(end=b""),
    jpeg()[:40],
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xd9",
    jpeg(sof=SOF[:4]),
    jpeg(sof=b"\x08\xff\xff\xff\xff\x01\x01\x11\x00"),
    b"\xff\xd8\xff\xe0\x00\x01",
    webp(),
    webp(VP8X),
    webp(riff(b"VP8L", b"\x2f")),
    webp(riff(b"VP8L", b"\x2f\xff\xff\xff\xff")),
    b"RIFF\xff\xff\xff\xffWEBP",
    webp(riff(b"VP8L", VP8L))[:-4],
    webp(riff(b"ANMF", b"")),
    webp(riff(b"VP8 ", b"\0" * 10)),
    b"%PDF-1.7\n1 0 obj",
    b"%PDF-",
]
REFUSED = [
    b"",
    b"PK\x03\x04" + b"\0" * 40,
    b"GIF89a\x01\0",
    b"\0\0\0\x18ftypheic\0\0",
    b"<svg onload=x>",
    b"<!DOCTYPE html><p>",
    b"\n\n  <html>",
    b"\x7fELF\0\0",
    b"MZ\x90\0",
    b"%!PS\0",
    b"\x00\x01\x02",
    b"caf\xe9 in latin-1 with \x80",
    b"a\x1b[2Jb",
    b"{\\rtf1 hello}",
    b"<?xml version='1.0'?><svg/>",
]


@pytest.mark.parametrize("data", DAMAGED + REFUSED, ids=range(len(DAMAGED) + len(REFUSED)))
def test_refusals_say_what_to_send_instead(data):
    with pytest.raises(UploadRefused) as refused:
        strip(data)
    assert refused.value.mend and refused.value.what


@pytest.mark.slow
def test_too_large_is_refused_before_anything_is_looked_at():
    with pytest.raises(UploadRefused, match="64 MiB"):
        kind_of(b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES))


@pytest.mark.slow
def test_a_bomb_is_never_unpacked_whole():
    bomb = zlib.compress(bytes(200_000_000), 9)
    data = PDF.replace(b"trailer", b"4 0 obj\nstream\n" + bomb + b"\nendstream\ntrailer")
    tracemalloc.start()
    strip(data)
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    tracemalloc.stop()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>"
)


def word_file(document: bytes) -> bytes:
    """Return a DOCX with this document in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", b'<?xml version="1.0"?><Types/>')
        file.writestr("word/document.xml", document)
    return packed.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    "made",
    [
        lambda: word_file(bytes(200_000_000)), lambda: word_file(LAUGHS), lambda: word_file(word_file(LAUGHS)),
        lambda: gzip.compress(bytes(200_000_000)), lambda: LAUGHS, lambda: b"\xef\xbb\xbf" + LAUGHS,
        lambda: LAUGHS.replace(b"<x>", b'<svg xmlns="http://www.w3.org/2000/svg">'),
    ],
    ids=["docx of zeros", "docx of entities", "docx in a docx", "gzip", "entities", "entities after a mark", "svg"],
)  # fmt: skip
def test_no_document_of_others_is_unpacked_or_expanded(made):
    data = made()
    with pytest.raises(UploadRefused):
        strip(word_file(b""))  # what is loaded when the first container comes is no part of it
    tracemalloc.start()
    with pytest.raises(UploadRefused) as refused:
        strip(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.mend and peak < 5 * 1024 * 1024


@pytest.mark.parametrize("name", ["META-INF/manifest.xml", "META-INF/container.xml"])
def test_a_document_or_book_without_types_is_refused_too(name):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for member in ("mimetype", name, "content.xml"):
            file.writestr(member, b"application/any")
    with pytest.raises(UploadRefused, match="an office document or a book"):
        strip(packed.getvalue())


@pytest.mark.parametrize("depth", [9, 200])
def test_a_mail_of_mails_ends(depth):
    data = b"From: a@b.example\nDate: x\n"
    for level in range(depth):
        data += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    with pytest.raises(UploadRefused, match="too many parts"):
        strip(data + b"\nend")


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [b"X: y\n" * 300_000, b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 300_000],
    ids=["header", "parts"],
)
def test_a_mail_without_end_is_refused(more):
    with pytest.raises(UploadRefused, match="too"):
        strip(b"From: a@b.example\nDate: x\n" + more)


START = st.sampled_from([*WITH_SECRETS.values(), png(), jpeg(), webp(riff(b"VP8L", VP8L)), b"hello"])


@pytest.mark.slow
@settings(max_examples=5_000 if NIGHTLY else 500)
@given(
    START,
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6), st.integers(0, 40)), max_size=4),
    START | st.just(b""),
)
def test_hostile_files_end_in_a_copy_or_a_refusal(start, cuts, after):
    data = start + after
    for place, put, gone in cuts:
        at = int(place * len(data))
        data = data[:at] + put + data[at + gone :]
    try:
        copy = strip(data)
    except UploadRefused:
        return
    assert copy.kind is kind_of(data)
    if copy.kind in (Kind.PNG, Kind.JPEG, Kind.WEBP, Kind.PDF):
        again = strip(copy.data)
        assert again.data == copy.data


@pytest.mark.slow
@settings(max_examples=5_000 if NIGHTLY else 500)
@given(
    st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x20\0\0\0WEBP", b"%PDF-1.7 %%EOF", b"From: a\nTo: b\n"]
    ),
    st.binary(max_size=300),
)
def test_any_bytes_end_in_a_copy_or_a_refusal(start, rest):
    try:
        strip(start + rest)
    except UploadRefused as error:
        assert error.mend
