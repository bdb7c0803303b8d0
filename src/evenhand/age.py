"""Encryption for somebody outside: files in the age format (age-encryption.org/v1), by the extra `[export]`.

Whoever holds the identity opens such a file with the program `age` on any machine, without us. A recipient is a public
key (`age1…`); a passphrase serves where nobody has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from evenhand.errors import UsageError

HEADER: Final = b"age-encryption.org/v1\n"
"""How every such file begins, unless it is armoured."""
MOST_BY_PASSPHRASE: Final = 2 << 30
"""A file for a passphrase is held in memory; above this only recipients are offered."""


def check_recipients(texts: Sequence[str]) -> None:
    """Return if each text is a public key of age; UsageError that names the one that is not."""
    _recipients(texts)


def encrypt_file(source: Path, target: Path, *, to: Sequence[str]) -> None:
    """Encrypt a file for recipients (`age1…`) into a new file; streamed. Raises UsageError."""
    found = _recipients(to)
    if not found:
        raise UsageError("nobody is named for whom it is encrypted", mend="Name a public key: age1…")
    _age().encrypt_file(str(source), str(target), found)


def encrypt_by_passphrase(source: Path, target: Path, passphrase: str) -> None:
    """Encrypt a file under a passphrase into a new file; held in memory. UsageError above MOST_BY_PASSPHRASE."""
    if source.stat().st_size > MOST_BY_PASSPHRASE:
        raise UsageError(
            "this is too large to be encrypted under a passphrase", where=str(source), mend="Name a recipient: age1…"
        )
    target.write_bytes(_age().passphrase.encrypt(source.read_bytes(), passphrase))


def decrypt_file(source: Path, target: Path, *, identities: Sequence[str] = (), passphrase: str | None = None) -> None:
    """Decrypt a file into a new one, by identities (`AGE-SECRET-KEY-…`) or a passphrase.

    Raises UsageError for what is no such file, for identities that are none or of another key, and for a file that was
    changed or cut: then the target is removed again.
    """
    if not is_encrypted(source):
        raise UsageError("this is not a file encrypted with age", where=str(source))
    age = _age()
    try:
        if passphrase is None:
            age.decrypt_file(str(source), str(target), [_identity(text) for text in identities])
        else:
            target.write_bytes(age.passphrase.decrypt(source.read_bytes(), passphrase))
    except (age.DecryptError, OSError) as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the file
        words = "it was encrypted for another key or passphrase, or it was changed or cut short"
        raise UsageError(words, where=str(source), mend="Take the right key; else take another copy.") from None


def new_identity() -> tuple[str, str]:
    """Return a fresh identity and its public key, both as text."""
    made = _age().x25519.Identity.generate()
    return str(made), str(made.to_public())


def is_encrypted(path: Path) -> bool:
    """Return whether a file begins as those of age do."""
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def read_identities(path: Path) -> list[str]:
    """Return the identities in a key file as `age-keygen` writes it; UsageError where there is none."""
    lines = [line.strip() for line in path.read_text("utf-8", "replace").splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found or not all(line.startswith("AGE-SECRET-KEY-1") for line in found):
        raise UsageError("this is no file of age identities", where=str(path), mend="Make one: age-keygen -o key.txt")
    return found


def _age() -> ModuleType:
    try:
        import pyrage
    except ModuleNotFoundError as error:
        raise UsageError("encryption needs the package pyrage", mend="Run: pip install 'evenhand[desk]'.") from error
    found: ModuleType = pyrage
    return found


def _recipients(texts: Sequence[str]) -> list[Any]:
    age = _age()
    found = []
    for text in texts:
        try:
            found.append(age.x25519.Recipient.from_str(text.strip()))
        except age.RecipientError:
            shown = text.strip()[:16]
            raise UsageError(
                f"{shown!r} is no public key of age", mend="It begins with age1 and has 62 signs."
            ) from None
    return found


def _identity(text: str) -> Any:
    age = _age()
    try:
        return age.x25519.Identity.from_str(text)
    except age.IdentityError:
        raise UsageError("this is no identity of age", mend="It begins with AGE-SECRET-KEY-1.") from None
