"""What benchmarks/ledger.py measures in processes of their own: memory starts low, and an installation is made anew.

    python benchmarks/_vault.py seal FOLDER MIB | intake FOLDER FILES

Prints one JSON document. What is not installed is null.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _floors import picture_with_words, sealing_alone

MIB = 1 << 20


class Zeros(io.RawIOBase):
    """A stream of so many zero bytes, which holds none of them."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left = size
        self._some = bytes(MIB)

    def read(self, size: int = -1) -> bytes:
        piece = self._some[: min(size, self.left)]
        self.left -= len(piece)
        return piece


def seal(folder: Path, mib: int) -> dict[str, Any]:
    """Return processor seconds and peak memory (MB) of hashing and sealing so many MiB into a store of files."""
    from evenhand.vault.blobs import BlobStore

    store, began = BlobStore(folder), time.process_time()
    store.write(Zeros(mib * MIB), key=bytes(32), context=bytes(16), salt=bytes(24), name=lambda digest: digest.hex())
    took, rss = time.process_time() - began, _peak()
    alone, cached = sealing_alone(folder, mib), sealing_alone(folder, mib, 0)
    return {"cpu_s": took, "rss_mb": rss, "alone_s": alone, "cached_s": cached}


def _peak() -> float:
    """Return the most memory (MB) this program has held: getrusage would count the one that started it as well."""
    line = next(line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def intake(folder: Path, count: int) -> dict[str, Any]:
    """Return rates of an installation of its own: whole intakes of 64 KiB, documents folded, signatures checked."""
    from evenhand.cli._django import ready
    from evenhand.context import Context
    from evenhand.web.home import Home

    ready(Home(folder / "home"))
    ctx = Context.system()
    took = _per_second(count, _one_intake(ctx))
    from evenhand.web.record.verify import verify

    began = time.perf_counter()
    report = verify(ctx)
    found = {"intake": took, "fold": report.documents / (time.perf_counter() - began)}
    return found | {"openssl": _openssl(folder), "dkim": _dkim(), "pdq": _pdq(), "ocr": _ocr()}


def _one_intake(ctx: Any) -> Callable[[], object]:
    from evenhand.web.record.ids import SYSTEM
    from evenhand.web.record.keys import create_key
    from evenhand.web.record.unit import recording
    from evenhand.web.vault.objects import Capture, keep, prepare

    key = create_key(ctx=ctx, scope=ctx.new_id())

    def one() -> None:
        made = prepare(os.urandom(64 * 1024), key=key, scope=key, actor=SYSTEM, purpose="measure", ctx=ctx)
        with recording(actor=SYSTEM, ctx=ctx, purpose="measure") as r:
            keep(r, made, kind="text", capture=Capture(channel="officer"), case=ctx.new_id())

    return one


def _per_second(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - began)


def _openssl(folder: Path) -> float | None:
    """Return Ed25519 checks a second by the program that a bundle's verifier falls back to: mostly its start."""
    program = shutil.which("openssl")
    if program is None:
        return None
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for name, data in (("key", public), ("text", b"a checkpoint\n"), ("sig", private.sign(b"a checkpoint\n"))):
        (folder / name).write_bytes(data)
    words = ("pkeyutl", "-verify", "-pubin", "-rawin", "-inkey", "key", "-in", "text", "-sigfile", "sig")
    return _per_second(20, lambda: subprocess.run([program, *words], cwd=folder, check=True, capture_output=True))


def _dkim() -> float | None:
    if importlib.util.find_spec("dkim") is None:
        return None
    import dkim
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    der = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    from base64 import b64encode

    mail = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\n" + b"word " * 400 + b"\r\n"
    signed = dkim.sign(mail, b"s", b"example.org", pem) + mail
    record = b"v=DKIM1; k=rsa; p=" + b64encode(der)
    return _per_second(50, lambda: dkim.verify(signed, dnsfunc=lambda *_a, **_k: record))


def _pdq() -> float | None:
    if importlib.util.find_spec("pdqhash") is None:
        return None
    import numpy as np
    import pdqhash

    picture = np.random.default_rng(1).integers(0, 255, (512, 512, 3), dtype=np.uint8)
    return _per_second(20, lambda: pdqhash.compute(picture))


def _ocr() -> float | None:
    from evenhand.evidence.transcript import can_read, transcript

    picture = picture_with_words()
    return _per_second(3, lambda: transcript(picture, languages="eng")) if picture and can_read() else None


if __name__ == "__main__":
    what, where, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    print(json.dumps({"seal": seal, "intake": intake}[what](where, number)))
