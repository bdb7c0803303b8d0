"""Files that must not change: stored, copied, read, held, checked and erased in one place each."""
