"""Old scores beside ours: how far they agree, and which cut-offs of ours do what the old ones did (§10.1)."""
