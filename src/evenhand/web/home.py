"""Where one installation keeps its things: a folder with the desk database, the corpus and the key files.

Reads the environment variables of INTERFACES §4; only `web` and `cli` may.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOME = "evenhand-data"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one installation and the files in it."""

    root: Path

    def make(self) -> None:
        """Make the folder for its owner alone, if it is not there: SQLite itself would let others read its files."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def database(self) -> Path:
        """The SQLite desk database, unless DATABASE_URL names another."""
        return self.root / "desk.sqlite3"

    @property
    def corpus(self) -> Path:
        """Immutable observations in Parquet."""
        return self.root / "corpus"

    @property
    def vault(self) -> Path:
        """Files of cases, sealed."""
        return self.root / "vault"

    @property
    def key_encryption_key(self) -> Path:
        """Wraps every data key; read by the key service alone."""
        return self._named("EVENHAND_KEK_FILE", "keys/kek")

    @property
    def log_key(self) -> Path:
        """Signs checkpoints; read by the worker's checkpoint job alone."""
        return self._named("EVENHAND_LOG_KEY_FILE", "keys/log")

    @property
    def secret_key(self) -> Path:
        """Django's signing secret."""
        return self._named("EVENHAND_SECRET_KEY_FILE", "keys/secret")

    @property
    def key_store(self) -> Path:
        """Wrapped data keys: a database of its own, never in the same backup as the ciphertext."""
        return self.root / "keys" / "store.sqlite3"

    @property
    def log_export(self) -> Path:
        """The log as static files, after each checkpoint: a copy to publish, and to recover from."""
        return self.root / "log"

    @property
    def demo_mark(self) -> Path:
        """Exists in a home that the demo made: its sign-ins are printed, so its keys protect nobody."""
        return self.root / "THIS-IS-A-DEMO"

    def _named(self, variable: str, default: str) -> Path:
        named = os.environ.get(variable)
        return Path(named) if named else self.root / default

    @classmethod
    def here(cls) -> Home:
        """Return the home that EVENHAND_DATA names, else `evenhand-data` in the working folder."""
        return cls(Path(os.environ.get("EVENHAND_DATA") or DEFAULT_HOME).resolve())

    @classmethod
    def of_corpus(cls, corpus: Path) -> Home:
        """Return the home that a corpus folder belongs to.

        The home that EVENHAND_DATA names, if this is its folder or its corpus; else the parent folder, if it
        holds a desk database and this is its corpus; else the folder itself, so that
        `evenhand import … --corpus DIR` works anywhere with nothing set up.
        """
        resolved = corpus.resolve()
        here, parent = cls.here(), cls(resolved.parent)
        if os.environ.get("EVENHAND_DATA") and resolved in {here.root, here.corpus}:
            return here
        return parent if parent.database.exists() and resolved == parent.corpus else cls(resolved)
