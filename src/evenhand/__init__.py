"""Evenhand protects an organisation's people from online abuse and handles complaints with due process.

The rooms of this package are public: `evenhand.posts`, `evenhand.screening`, `evenhand.ledger` and the
others named in ARCHITECTURE.md. Everything outside `web` and `cli` is Django-free.
"""

__version__ = "0.1.0"
