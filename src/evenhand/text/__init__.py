"""Normal forms of text, de-obfuscation and language, each with a map back to the very string given."""

from evenhand.text.deobfuscate import Vocabulary, deobfuscate, unspaced
from evenhand.text.forms import normalise
from evenhand.text.language import ENGLISH, UNKNOWN, Language, guess_language, in_foreign_script
from evenhand.text.view import View

__all__ = [
    "ENGLISH",
    "UNKNOWN",
    "Language",
    "View",
    "Vocabulary",
    "deobfuscate",
    "guess_language",
    "in_foreign_script",
    "normalise",
    "unspaced",
]
