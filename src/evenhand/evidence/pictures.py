"""Pictures as evidence: what can be said of one without deciding anything about it. Hints, never verdicts.

Needs Pillow. Whether two pictures are near one another is told by PDQ where pdqhash is installed, which has to be built
where it runs; else by a fingerprint of our own in the same manner. Fingerprints of the two are never compared. Nothing
here runs before a person has released the file.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.evidence.uploads.kinds import MAX_PIXELS, check_pixels, refused

SIMILAR_WITHIN: Final = 31
"""Two fingerprints (256 bits) at most so far apart are called similar."""
PDQ: Final = "pdq"
OWN: Final = "evenhand-dct-256"
"""Brightness at 64 x 64 points, its 16 x 16 lowest waves without the mean, each above or below their median."""
LEAST_QUALITY: Final = 50
"""Below this a picture has too little in it to be told from others."""
FORMATS: Final = ("PNG", "JPEG", "WEBP")
_SIDE: Final = 64
_WAVES: Final = 16

TAKERS_QUESTIONS: Final[tuple[tuple[str, str], ...]] = (
    ("address", "Which address did the window show? Can you still open it?"),
    ("when", "When did you take the picture: day, time, and your time zone?"),
    ("device", "On which device and in which app or browser?"),
    ("account", "Were you signed in, and as whom?"),
    ("whole", "Does the picture show the whole window, or was something cut off or covered?"),
    ("changed", "Was anything marked, cropped or changed afterwards?"),
    ("others", "Who else has seen it, or taken a picture of it?"),
    ("export", "Can you send the link, or the file as the platform gives it to you?"),
)
"""What whoever took a picture is asked: questions, and no attempt to find out from the picture itself."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a picture looks like, as 256 bits (hex), how much there is in it (0 to 100), and by which method."""

    bits: str
    quality: int
    method: str = PDQ

    @property
    def usable(self) -> bool:
        """Whether the picture holds enough to be compared."""
        return self.quality >= LEAST_QUALITY


def distance(one: Fingerprint, other: Fingerprint) -> int:
    """Return in how many of the 256 bits two fingerprints differ."""
    return (int(one.bits, 16) ^ int(other.bits, 16)).bit_count()


def similar(one: Fingerprint, other: Fingerprint) -> bool | None:
    """Return whether two pictures are similar; None where one of them holds too little to say, or methods differ.

    Near is not the same picture: one changed word may lie within it. Far is not unrelated: by PDQ a line of text added
    to the same post gave a distance of 58, by our own 12 to 22, but twenty points cut off an edge 46 to 54 (packed as
    JPEG 2, half the size 2 to 6, other pictures 116 and more).
    """
    if not (one.usable and other.usable and one.method == other.method):
        return None
    return distance(one, other) <= SIMILAR_WITHIN


def fingerprint(data: bytes) -> Fingerprint:
    """Return the fingerprint of a picture, by PDQ where that is installed.

    Raises UploadRefused for what is no picture, damaged or over 50 million pixels.
    """
    import numpy as np

    picture = opened(data).convert("RGB")
    try:
        import pdqhash
    except ImportError:
        return _own_fingerprint(picture)
    vector, quality = pdqhash.compute(np.asarray(picture))
    return Fingerprint(_hex(vector), int(quality))


def _own_fingerprint(picture: Any) -> Fingerprint:
    import numpy as np
    from PIL import Image

    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    light = np.asarray(small, dtype=np.float64)
    angle = np.pi / (2 * _SIDE) * np.outer(np.arange(1, _WAVES + 1), 2 * np.arange(_SIDE) + 1)
    waves = np.cos(angle) @ light @ np.cos(angle).T
    # How much there is in it, as PDQ says it: the steps from point to point, in hundredths of the whole range.
    steps = sum(np.trunc(np.abs(np.diff(light, axis=axis)) * 100 / 255).sum() for axis in (0, 1))
    return Fingerprint(_hex((waves > np.median(waves)).flatten()), min(100, int(steps / 90)), OWN)


def _hex(vector: Any) -> str:
    return f"{int(''.join('1' if bit else '0' for bit in vector), 2):064x}"


def opened(data: bytes) -> Any:
    """Return a picture decoded by Pillow, upright, its size checked before a pixel is made.

    Raises UploadRefused for anything else than PNG, JPEG or WebP, for damage, and for over 50 million pixels.
    """
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise UsageError("pictures need Pillow", mend="Install it with: pip install 'evenhand[desk]'.") from error
    with warnings.catch_warnings():
        # A warning of the library is about sizes that are refused here by our own limit.
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            check_pixels(*picture.size)
            if getattr(picture, "n_frames", 1) * picture.width * picture.height > 4 * MAX_PIXELS:
                raise refused("holds too many pictures", "Send a smaller picture of it.")
            picture.load()
            return ImageOps.exif_transpose(picture)
        except Image.DecompressionBombError as error:
            raise refused("is a picture of over 50 million points", "Send a smaller picture of it.") from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
            raise refused("is damaged, or no picture we can read") from error


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle to be covered, in pixels from the upper left corner of the upright picture."""

    left: int
    top: int
    right: int
    bottom: int


def covered(data: bytes, areas: Sequence[Area]) -> bytes:
    """Return a new PNG of a picture in which areas are black: burned in, nothing of the old file kept but colours.

    No metadata, thumbnail or transparency is left, so nothing lies under the black. Raises UsageError for an area
    outside the picture, and as `opened`.
    """
    from PIL import Image, ImageDraw

    picture = opened(data).convert("RGBA")
    for area in areas:
        inside = 0 <= area.left < area.right <= picture.width and 0 <= area.top < area.bottom <= picture.height
        if not inside:
            raise UsageError("the area lies outside the picture", where=str(area), mend="Mark it again.")
    # On white: what was transparent would else show what lay under it.
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    draw = ImageDraw.Draw(flat)
    for area in areas:
        draw.rectangle((area.left, area.top, area.right - 1, area.bottom - 1), fill="black")
    out = io.BytesIO()
    flat.save(out, "PNG")
    return out.getvalue()
