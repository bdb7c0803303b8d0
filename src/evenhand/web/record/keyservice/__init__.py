"""The key service: its own process and socket; alone reads the key-encryption key and the key store. No Django."""
