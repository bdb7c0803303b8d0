"""The folder of one witness: `key` (0600), `logs` (a verifier key a line), `memory.sqlite3`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.errors import Malformed
from evenhand.ledger.files import make_directories, read_secret, write_durably
from evenhand.ledger.notes import KeyType, Signer, VerifierKey, parse_trusted_vkey
from evenhand.witness.memory import Memory
from evenhand.witness.rules import Witness


@dataclass(frozen=True, slots=True)
class WitnessFolder:
    """Where a witness keeps its key, the logs it knows and its memory."""

    root: Path

    @property
    def key(self) -> Path:
        """The private key of the cosigner."""
        return self.root / "key"

    @property
    def logs(self) -> Path:
        """The verifier keys of the logs it cosigns, one a line; lines that begin with # are remarks."""
        return self.root / "logs"

    @property
    def memory(self) -> Memory:
        """The last tree it cosigned of each log. Never restore it from a backup: it must not forget."""
        return Memory(self.root / "memory.sqlite3")

    def create(self, name: str, ctx: Context) -> VerifierKey:
        """Make a new witness called `name` and return its verifier key; an existing one is never replaced."""
        if self.key.exists():
            raise UsageError("there is a witness here already", where=str(self.root), mend="Name another folder.")
        make_directories(self.root)
        signer = Signer.generate(name, ctx, KeyType.COSIGNER)
        self.memory.create()
        write_durably(self.key, f"{signer.encode()}\n".encode(), mode=0o600)
        return signer.verifier

    def know(self, vkey: str) -> VerifierKey:
        """Add the verifier key of a log and return it; known already, nothing changes. Raises UsageError."""
        try:
            key = parse_trusted_vkey(vkey)
        except Malformed as error:
            raise UsageError(error.what, where=vkey[:60], mend="Copy the key of the log whole.") from None
        if key.kind is not KeyType.LOG:
            raise UsageError("this is not the key of a log", where=vkey[:60])
        known = self.log_keys()
        if key not in known:
            write_durably(self.logs, "".join(f"{each}\n" for each in [*known, key]).encode())
        return key

    def log_keys(self) -> list[VerifierKey]:
        """Return the log keys it knows; raises UsageError for a line that is none."""
        if not self.logs.exists():
            return []
        lines = self.logs.read_text("utf-8").splitlines()
        try:
            return [parse_trusted_vkey(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
        except Malformed as error:
            raise UsageError(error.what, where=str(self.logs)) from None

    def witness(self, ctx: Context) -> Witness:
        """Return the witness. Raises UsageError where there is none here, or its key file is open to others."""
        if not self.key.exists():
            raise UsageError("there is no witness here", where=str(self.root), mend="Run: evenhand witness init.")
        try:
            signer = Signer.parse(read_secret(self.key))
        except (Malformed, UnicodeDecodeError):
            raise UsageError("not the private key of a witness", where=str(self.key)) from None
        if signer.kind is not KeyType.COSIGNER:
            raise UsageError("not the private key of a witness", where=str(self.key))
        self.memory.create()
        return Witness(signer, self.log_keys, self.memory, ctx)
