"""The corpus: immutable observations and events in Parquet, a manifest as commit point, one query seam."""

from evenhand.corpus.importing import NO_TERMS, Ingested, Terms, ingest
from evenhand.corpus.manifest import CorpusFile, FileKind, Manifest, MemoryManifest
from evenhand.corpus.store import Corpus

__all__ = ["NO_TERMS", "Corpus", "CorpusFile", "FileKind", "Ingested", "Manifest", "MemoryManifest", "Terms", "ingest"]
