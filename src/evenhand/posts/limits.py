"""How much a file may ask of us: one set of limits, two profiles.

`IMPORT` is for officers and the command line, `UPLOAD` for strangers. An unsafe archive member is skipped in
the first and refuses the file in the second. Budgets count bytes produced, never sizes declared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20
GIB: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one profile; sizes in bytes."""

    name: str
    member_bytes: int  # one archive member, unpacked
    archive_bytes: int  # all members together, unpacked
    members: int
    ratio: int  # unpacked : packed of one member …
    ratio_after: int  # … once so many bytes are out
    nesting: int
    path_bytes: int
    path_part_bytes: int
    refuses_unsafe: bool  # an unsafe member refuses the whole file
    file_bytes: int  # the file as it came
    line_bytes: int = 16 * MIB
    document_bytes: int = 16 * MIB  # larger JSON documents are streamed
    refused_records: int = 100_000
    sniff_bytes: int = MIB
    window_bytes: int = 2 * GIB  # what a packed file may make its reader hold, and never more than this
    pixels: int = 50_000_000  # of one picture
    worker_memory: int = GIB  # address space of the process that looks into a file
    worker_cpu_s: int = 600
    worker_wall_s: int = 900


IMPORT: Final = Limits(
    name="import",
    member_bytes=100 * GIB,
    archive_bytes=100 * GIB,
    members=100_000,
    ratio=200,
    ratio_after=64 * MIB,
    nesting=2,
    path_bytes=4096,
    path_part_bytes=1024,
    refuses_unsafe=False,
    file_bytes=100 * GIB,
)
UPLOAD: Final = Limits(
    name="upload",
    member_bytes=512 * MIB,
    archive_bytes=4 * GIB,
    members=200_000,
    ratio=200,
    ratio_after=10 * MIB,
    nesting=2,
    path_bytes=1024,
    path_part_bytes=255,
    refuses_unsafe=True,
    file_bytes=2 * GIB,
    window_bytes=128 * MIB,
)
