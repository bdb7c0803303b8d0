"""The record: every act one sealed document, its hash a leaf in the ledger; keys, sealed text, read log, outbox.

This package's own module imports no Django, so that the key service starts without it.
"""
