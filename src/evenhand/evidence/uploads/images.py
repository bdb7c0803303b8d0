"""Working copies of PNG, JPEG and WebP without metadata, by structure alone: no pixel is decoded.

Only the parts that make the picture are kept, by allow-list; whatever else a file holds (camera, place, names,
thumbnails, bytes after the end) is left out. Specifications: PNG third edition (W3C 2025), ITU-T T.81 with
JFIF 1.02, RFC 9649 (WebP).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from evenhand.evidence.uploads.kinds import MAX_PARTS, Kind, Stripped, UploadRefused, check_pixels, refused

_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
# Colour and animation stay; iCCP goes, as a profile may name the device.
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs", b"cICP",
     b"acTL", b"fcTL", b"fdAT"}
)  # fmt: skip
_AFTER: Final = "bytes after the end"


def _cut() -> UploadRefused:
    return refused("ends too early or is damaged", "Save the picture again and send it once more.")


def _names(parts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parts))


def strip_png(data: bytes) -> Stripped:
    """Return a PNG with its picture chunks only. UploadRefused for damage, or over 50 million pixels."""
    kept, removed, end = [_PNG_START], [], len(_PNG_START)
    seen: set[bytes] = set()
    for name, chunk in _png_chunks(data):
        end += len(chunk)
        if not seen:
            _png_head(name, chunk)
        elif name == b"IHDR":
            raise _cut()
        seen.add(name)
        if name in _PNG_KEPT:
            kept.append(chunk)
        else:
            removed.append(name.decode("ascii"))
    if b"IDAT" not in seen:
        raise _cut()
    if end < len(data):
        removed.append(_AFTER)
    return Stripped(Kind.PNG, b"".join(kept), _names(removed))


def _png_head(name: bytes, chunk: bytes) -> None:
    if name != b"IHDR" or len(chunk) != 25:
        raise _cut()
    check_pixels(*struct.unpack(">II", chunk[8:16]))


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and whole chunk up to IEND; each must be there whole and bear its right checksum."""
    at = len(_PNG_START)
    for _ in range(MAX_PARTS):
        if at + 12 > len(data):
            raise _cut()
        (length,) = struct.unpack(">I", data[at : at + 4])
        end = at + 12 + length
        name = data[at + 4 : at + 8]
        if length > 0x7FFFFFFF or end > len(data) or not name.isalpha():
            raise _cut()
        if zlib.crc32(data[at + 4 : end - 4]) != struct.unpack(">I", data[end - 4 : end])[0]:
            raise _cut()
        yield name, data[at:end]
        at = end
        if name == b"IEND":
            return
    raise refused("has too many parts")


_SOI, _EOI, _SOS, _APP0, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE, 0xFE
# Frame headers; C4 (Huffman), C8 (reserved) and CC (arithmetic) are none.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Tables, frames, scans, restart intervals; all else is application data or unknown.
_JPEG_KEPT: Final = _FRAMES | {0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD}
_ORIENTATION: Final = 0x0112


def strip_jpeg(data: bytes) -> Stripped:
    """Return a JPEG without application data, comments, thumbnails and what follows its end.

    How the camera was held is put back alone, so that the picture stands upright. UploadRefused as above.
    """
    kept, removed, orientation = [b"\xff\xd8"], list[str](), 1
    frames = scans = 0
    at = 2
    for _ in range(MAX_PARTS):
        marker, at = _marker(data, at)
        if marker == _EOI:
            break
        segment = _segment(data, at)
        at += len(segment)
        if marker in _FRAMES:
            frames += 1
            check_pixels(*struct.unpack(">HH", _enough(segment, 7)[3:7]))
        safe = _jpeg_safe(marker, segment)
        if marker == 0xE1 and segment[2:8] == b"Exif\0\0":
            orientation = _orientation(segment[8:])
        if safe is None or safe != segment:
            removed.append(_jpeg_name(marker, segment))
        if safe is not None:
            kept.append(bytes((0xFF, marker)) + safe)
        if marker == _SOS:
            scans += 1
            scan, at = _scan(data, at)
            kept.append(scan)
    else:
        raise refused("has too many parts")
    if not frames or not scans:
        raise _cut()
    if at < len(data):
        removed.append(_AFTER)
    if orientation != 1:
        kept.insert(1, _exif_of(orientation))
    return Stripped(Kind.JPEG, b"".join([*kept, b"\xff\xd9"]), _names(removed))


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the marker at a place, past its fill bytes, and where its segment begins."""
    if data[at : at + 1] != b"\xff":
        raise _cut()
    end = at
    while end < len(data) and data[end] == 0xFF:
        end += 1
    if end >= len(data) or data[end] in (0x00, _SOI) or 0xD0 <= data[end] <= 0xD7:
        raise _cut()
    return data[end], end + 1


def _segment(data: bytes, at: int) -> bytes:
    if at + 2 > len(data):
        raise _cut()
    (length,) = struct.unpack(">H", data[at : at + 2])
    if length < 2 or at + length > len(data):
        raise _cut()
    return data[at : at + length]


def _enough(segment: bytes, size: int) -> bytes:
    if len(segment) < size:
        raise _cut()
    return segment


def _scan(data: bytes, at: int) -> tuple[bytes, int]:
    """Return the coded data of a scan and where the next marker stands; restarts and stuffed bytes belong to it."""
    end = at
    while True:
        end = data.find(b"\xff", end)
        if end < 0 or end + 1 >= len(data):
            raise _cut()
        following = data[end + 1]
        if following == 0x00 or 0xD0 <= following <= 0xD7:
            end += 2
        elif following == 0xFF:
            end += 1
        else:
            return data[at:end], end


def _jpeg_safe(marker: int, segment: bytes) -> bytes | None:
    """Return a segment as the working copy may hold it; None: not at all."""
    if marker in _JPEG_KEPT:
        return segment
    if marker == _APP0 and segment[2:7] == b"JFIF\0" and len(segment) >= 16:
        # The density stays, a thumbnail goes.
        return b"\x00\x10" + segment[2:14] + b"\x00\x00"
    if marker == _APP14 and segment[2:7] == b"Adobe" and len(segment) >= 14:
        # Without its colour transform the colours would be wrong.
        return b"\x00\x0e" + segment[2:14]
    return None


def _jpeg_name(marker: int, segment: bytes) -> str:
    if marker == _COM:
        return "comment"
    if segment[2:8] == b"Exif\0\0":
        return "EXIF"
    if segment[2:31] == b"http://ns.adobe.com/xap/1.0/\0":
        return "XMP"
    if marker == _APP0:
        return "thumbnail"
    return f"APP{marker - 0xE0}" if 0xE0 <= marker <= 0xEF else f"part {marker:02X}"


def _orientation(tiff: bytes) -> int:
    """Return the orientation 1 to 8 that a TIFF block names in its first directory; 1 for anything odd."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return 1
    (at,) = struct.unpack(order + "I", tiff[4:8])
    if at + 2 > len(tiff):
        return 1
    (entries,) = struct.unpack(order + "H", tiff[at : at + 2])
    for index in range(min(entries, 512)):
        entry = tiff[at + 2 + 12 * index : at + 14 + 12 * index]
        if len(entry) < 12:
            return 1
        tag, kind = struct.unpack(order + "HH", entry[:4])
        if tag == _ORIENTATION and kind == 3:
            (value,) = struct.unpack(order + "H", entry[8:10])
            return value if 1 <= value <= 8 else 1
    return 1


def _exif_of(orientation: int) -> bytes:
    """Return an EXIF segment that holds the orientation and nothing else."""
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    payload = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


_WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})
_WEBP_PICTURES: Final = frozenset({b"VP8 ", b"VP8L", b"ANMF"})
_WEBP_FLAGS_KEPT: Final = 0x10 | 0x02  # alpha, animation; colour profile, EXIF and XMP are cleared


def strip_webp(data: bytes) -> Stripped:
    """Return a WebP with its picture chunks only, in animations too. UploadRefused as above."""
    if len(data) < 12:
        raise _cut()
    (size,) = struct.unpack("<I", data[4:8])
    end = 8 + size
    if size < 4 or end > len(data):
        raise _cut()
    removed: list[str] = []
    kept = _webp_chunks(data[12:end], removed, nested=False)
    if end < len(data):
        removed.append(_AFTER)
    return Stripped(Kind.WEBP, b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept, _names(removed))


def _webp_chunks(body: bytes, removed: list[str], *, nested: bool) -> bytes:
    kept: list[bytes] = []
    at = pictures = count = 0
    while at < len(body):
        name, payload, at = _webp_chunk(body, at)
        count += 1
        if count > MAX_PARTS:
            raise refused("has too many parts")
        pictures += name in _WEBP_PICTURES
        safe = _webp_safe(name, payload, removed, nested=nested)
        if safe is None:
            removed.append(name.decode("ascii", "replace").strip())
        else:
            kept.append(name + struct.pack("<I", len(safe)) + safe + b"\0" * (len(safe) % 2))
    if not pictures:
        raise _cut()
    return b"".join(kept)


def _webp_chunk(body: bytes, at: int) -> tuple[bytes, bytes, int]:
    if at + 8 > len(body):
        raise _cut()
    (length,) = struct.unpack("<I", body[at + 4 : at + 8])
    end = at + 8 + length
    if end > len(body):
        raise _cut()
    # The padding byte of the last chunk is left out by some writers.
    return body[at : at + 4], body[at + 8 : end], min(end + length % 2, len(body))


def _webp_safe(name: bytes, payload: bytes, removed: list[str], *, nested: bool) -> bytes | None:
    _webp_size(name, payload)
    if name == b"VP8X" and not nested:
        return bytes((payload[0] & _WEBP_FLAGS_KEPT,)) + b"\0\0\0" + payload[4:10]
    if name == b"ANMF":
        if nested or len(payload) < 16:
            raise _cut()
        return payload[:16] + _webp_chunks(payload[16:], removed, nested=True)
    return payload if name in _WEBP_KEPT else None


def _webp_size(name: bytes, payload: bytes) -> None:
    """Refuse a picture or frame whose header is cut or whose area is too large."""
    if name == b"VP8X":
        width = int.from_bytes(_enough(payload, 10)[4:7], "little") + 1
        check_pixels(width, int.from_bytes(payload[7:10], "little") + 1)
    elif name == b"VP8 ":
        if _enough(payload, 10)[3:6] != b"\x9d\x01\x2a":
            raise _cut()
        width, height = struct.unpack("<HH", payload[6:10])
        check_pixels(width & 0x3FFF, height & 0x3FFF)
    elif name == b"VP8L":
        if _enough(payload, 5)[0] != 0x2F:
            raise _cut()
        bits = int.from_bytes(payload[1:5], "little")
        check_pixels((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
