"""Where bytes lie that must not change: files sealed in chunks, and a store that never writes a name twice. No Django."""
