"""The detector: what kind of act a post is, how sure, which words carry it, and why. A person decides.

from evenhand.screening import Screener
verdicts = Screener().screen(["text", ...], parents=None)
"""

from evenhand.categories import Category
from evenhand.screening.reasons import with_clause
from evenhand.screening.screener import Screener
from evenhand.screening.verdict import Abstention, Frame, Span, Target, Verdict

__all__ = ["Abstention", "Category", "Frame", "Screener", "Span", "Target", "Verdict", "with_clause"]
