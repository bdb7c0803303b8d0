"""The register of members: sealed, found by keyed hashes, looked into for one case at a time."""
