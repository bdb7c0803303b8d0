"""What came in: imports, the manifest of the corpus, sealed source copies, retention."""
