"""What became of a file that was brought in, in words: on the command line and on the page the same.

The words are marked with `_`; whoever prints them hands in the translation (the command line: none).
"""

from evenhand.corpus.telling.formats import format_words
from evenhand.corpus.telling.places import place_words
from evenhand.corpus.telling.reasons import reason_words
from evenhand.corpus.telling.remarks import is_known, remark
from evenhand.corpus.telling.story import Chapter, Facts, facts_of, story

__all__ = ["Chapter", "Facts", "facts_of", "format_words", "is_known", "place_words", "reason_words", "remark", "story"]
