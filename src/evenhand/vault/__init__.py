"""Where bytes lie that must not change: files sealed in chunks, a store that never writes a name twice. No Django."""
