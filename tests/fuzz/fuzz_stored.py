"""What comes back from a disk: sealed files of the vault, blanked copies, backups, the encryption around a backup."""

from __future__ import annotations

import contextlib
import io
import tarfile
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from tests.fixtures.make_exports import as_lines
from tests.fixtures.make_x import v1_tweet, v2_page, v2_tweet
from tests.fuzz.fuzz_ledger import JSON, NUMBERS
from tests.fuzz.fuzzing import Target, takes

from evenhand import age
from evenhand.backup.form import (
    FIRST,
    LAST,
    About,
    Kind,
    encode_manifest,
    parse_about,
    parse_manifest,
)
from evenhand.backup.unpacking import check, opened_backup
from evenhand.errors import UsageError
from evenhand.live.held import recognise_bytes
from evenhand.posts.blanking import CannotBlank, blanked, find
from evenhand.posts.blanking import check as check_copy
from evenhand.vault.chunks import CHUNK, SALT, Damaged, SealedReader, open_chunks, plain_size, seal_chunks

KEY, CONTEXT = bytes(range(32)), bytes(16)
ABOUT = About(Kind.HOME, "0.1", "2026-01-05T09:00:00Z", "sqlite")


def seal(plain: bytes, salt: bytes = bytes(SALT)) -> bytes:
    return b"".join(seal_chunks(io.BytesIO(plain), key=KEY, context=CONTEXT, salt=salt))


def sealed_files() -> list[bytes]:
    return [seal(bytes(size)) for size in (0, 5, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK)]


def from_its_start(data: bytes) -> bytes | None:
    with contextlib.suppress(Damaged):
        return b"".join(open_chunks(io.BytesIO(data), key=KEY, context=CONTEXT))
    return None


def from_any_place(data: bytes) -> bytes | None:
    with contextlib.suppress(Damaged):
        return SealedReader(io.BytesIO(data), key=KEY, context=CONTEXT).readall()
    return None


def check_sealed(data: bytes) -> bool:
    """Both readers say the same; what they open is sealed again to the same bytes, and anything seals and opens."""
    one, other = from_its_start(data), from_any_place(data)
    assert one == other
    if one is not None:
        assert seal(one, data[:SALT]) == data and plain_size(len(data)) == len(one)
    assert from_any_place(seal(data)) == data
    return one is not None


def exports() -> list[bytes]:
    """Return exports in which post 1 stands among others: as lines and as a page."""
    tweets = [v1_tweet(str(number), f"words of the post {number}") for number in (1, 2, 3)]
    return [as_lines(*tweets), as_lines(v2_page([v2_tweet("1"), v2_tweet("2")]))]


def check_blanked(data: bytes) -> bool:
    """Whatever a file holds, a record of it is blanked truthfully or the copy is refused; no other error comes out."""
    read = recognise_bytes(data, "file.jsonl", as_format="x_api")
    with contextlib.suppress(CannotBlank):
        found = find(read, ["x:1"])
        if not found.records:
            return False
        made = b"".join(blanked(read, found))
        assert len(made) == len(data)
        copy = replace(read, source=replace(read.source, data=made))
        return check_copy(read, copy, found) > 0
    return False


def check_about(data: bytes) -> bool:
    found = takes(parse_about, data, (UsageError,))
    assert found is None or parse_about(found[0].encode()) == found[0]
    return found is not None


def check_manifest(data: bytes) -> bool:
    found = takes(parse_manifest, data, (UsageError,))
    assert found is None or parse_manifest(encode_manifest(found[0])) == found[0]
    return found is not None


def packed(members: list[tuple[str, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    listed = {name: (sha256(data).hexdigest(), len(data)) for name, data in members}
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in [(FIRST, ABOUT.encode()), *members, (LAST, encode_manifest(listed))]:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def backups() -> list[bytes]:
    files = [("home/a", b"one"), (f"home/{'long/' * 60}b", b"two" * 999)]
    return [packed(files), packed(files[:1], tarfile.USTAR_FORMAT), packed(files, tarfile.GNU_FORMAT)]


@cache
def room() -> Path:
    return Path(mkdtemp(prefix="fuzz-"))


def check_backup(data: bytes) -> bool:
    """Damage is refused in words, or what is inside is what its list says."""
    path = room() / "plain"
    path.write_bytes(data)
    return takes(lambda _: check(path, Kind.HOME), data, (UsageError,)) is not None


@cache
def identity() -> tuple[str, str]:
    return age.new_identity()


def encrypted() -> list[bytes]:
    (room() / "in").write_bytes(packed([("home/a", b"one")]))
    age.encrypt_file(room() / "in", room() / "out", to=[identity()[1]])
    data = (room() / "out").read_bytes()
    (room() / "out").unlink()
    return [data]


def check_encrypted(data: bytes) -> bool:
    """A file that was changed is refused before anything of it counts, and its plain form does not stay."""
    path = room() / "backup"
    path.write_bytes(data)

    def read(_: bytes) -> None:
        with opened_backup(path, room(), identities=(identity()[0],)) as plain:
            check(plain, Kind.HOME)

    found = takes(read, data, (UsageError,))
    assert not list(room().glob("*.plain"))
    return found is not None


TARGETS = [
    Target("sealed_file", sealed_files, check_sealed, (bytes(16), bytes(CHUNK), b"\xff")),
    Target("blanked_copy", exports, check_blanked, (*JSON, *NUMBERS, b'"1"', b"\\u0000", b'\\"', b"\n"), slow=True),
    Target("backup_about", lambda: [ABOUT.encode()], check_about, (*JSON, *NUMBERS, b"2", b"keys")),
    Target(
        "backup_list", lambda: [b"{}", encode_manifest({"home/a": ("0" * 64, 1), "home/b": ("1" * 64, 2)})],
        check_manifest, JSON + NUMBERS,
    ),
    Target("backup", backups, check_backup, (bytes(512), b"\x00", b"L", b"x", b"7", b"-1", b"g", b"S"), slow=True),
    Target("backup_encrypted", encrypted, check_encrypted, (b"\n", b"-> ", b"--- ", b"\xff", b"scrypt"), slow=True),
]  # fmt: skip
