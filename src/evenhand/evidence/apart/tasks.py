"""What the process apart can do: name -> task. Each takes the stream and plain parameters, and gives plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Final

from evenhand.evidence.uploads import strip_stream
from evenhand.evidence.uploads.kinds import MAX_BYTES, refused

Task = Callable[[BinaryIO, Mapping[str, Any]], tuple[dict[str, Any], bytes]]


def _strip(stream: BinaryIO, _parameters: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    copy = strip_stream(stream)
    said = {"kind": copy.kind.value, "removed": list(copy.removed), "remains": list(copy.remains)}
    return said | {"facts": dict(copy.facts)}, copy.data


def _names(stream: BinaryIO, _parameters: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    from evenhand.evidence.mail import names_to_ask

    return {"names": list(names_to_ask(_whole(stream)))}, b""


def _mail(stream: BinaryIO, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    from evenhand.evidence.mail import KeyAnswer, Keys, examine_mail

    keys = Keys(tuple(KeyAnswer.of(kept) for kept in parameters["keys"]))
    return examine_mail(_whole(stream), keys).plain(), b""


def _fingerprint(stream: BinaryIO, _parameters: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    from evenhand.evidence.pictures import fingerprint

    found = fingerprint(_whole(stream))
    return {"bits": found.bits, "quality": found.quality, "method": found.method}, b""


def _cover(stream: BinaryIO, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    from evenhand.evidence.pictures import Area, covered, opened

    data = _whole(stream)
    made = covered(data, [Area(*area) for area in parameters["areas"]])
    return {"size": list(opened(made).size)}, made


def _whole(stream: BinaryIO) -> bytes:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refused("is larger than 64 MiB", "Send a smaller part of it.")
    return data


TASKS: Final[Mapping[str, Task]] = {
    "strip": _strip, "names": _names, "mail": _mail, "fingerprint": _fingerprint, "cover": _cover,
}  # fmt: skip
