"""The sentences of a report: what was looked at, what was found, what could not be seen, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from evenhand.own_archive.deeds import NotRead
from evenhand.own_archive.findings import Finding
from evenhand.own_archive.reading import Check
from evenhand.own_archive.words import Words, abstained_words, act_words, category_words, not_read_words
from evenhand.posts import Direction
from evenhand.posts.telling import format_words, is_known, refusals, remark


def summary(check: Check, words: Words) -> list[str]:
    """Return what was looked at and found. No count of findings is ever a statement about a person."""
    _ = words.say
    looked = check.looked_at.total()
    lines = [
        _("Your posts, shares and likes that were looked at: %(posts)s.") % {"posts": words.number(looked)}
        + _period(check, words)
    ]
    if check.found:
        found = {
            "found": words.number(check.found),
            "own": words.number(check.found_own),
            "others": words.number(check.found - check.found_own),
        }
        lines.append(
            _("What may fall under a clause: %(found)s. In your own words: %(own)s; passed on by you: %(others)s.")
            % found
        )
    else:
        lines.append(_("None of them was found to fall under a clause. That is not a certificate: see below."))
    lines.append(
        _(
            "Nobody has judged anything. A program read your posts and can be wrong both ways; what is a breach of a "
            "rule only people can say, who know the context."
        )
    )
    return lines


def _period(check: Check, words: Words) -> str:
    if check.first_day is None or check.last_day is None:
        return ""
    _ = words.say
    if check.first_day == check.last_day:
        return " " + _("They are from %(day)s.") % {"day": words.day(check.first_day)}
    days = {"first": words.day(check.first_day), "last": words.day(check.last_day)}
    return " " + _("They are from %(first)s to %(last)s.") % days


def counts(check: Check, clause: str, words: Words) -> str:
    """Return how many findings of each act stand under a clause."""
    return " · ".join(f"{act_words(act, words.say)}: {words.number(count)}" for act, count in check.spool.acts(clause))


def unseen(check: Check, words: Words) -> Iterator[tuple[int, str]]:
    """Yield (how many, why) of everything that was not looked at, the most first."""
    _ = words.say
    counted = [(count, not_read_words(reason, _)) for reason, count in check.not_read.items()]
    counted += [(count, abstained_words(reason, _)) for reason, count in check.abstained.items()]
    if check.report.refused:
        counted.append((len(check.report.refused), _("not readable; listed at the end")))
    if check.no_rule:
        counted.append((check.no_rule, _("in rough words that no clause of this code covers, or not for such an act")))
    if check.pictures:
        counted.append((check.pictures, _("pictures, videos and sounds beside your words, which nobody looked at")))
    yield from sorted(counted, reverse=True)


def limits(check: Check, words: Words) -> Iterator[str]:
    """Yield what no run of this check can see."""
    _ = words.say
    yield _("Posts you deleted before you asked for the export, and accounts of yours it does not belong to.")
    yield _("What is in pictures, videos and sound, and posts in other languages than English.")
    yield _(
        "What your post answered, as a rule: an export holds your side. A sharp answer can look worse alone, or better."
    )
    if check.recognised.reader.direction is Direction.OWNER_OUTGOING:
        yield _("What others wrote to you: this kind of export does not hold it.")
    if not check.not_read[NotRead.PASSED_ON_UNSEEN]:
        return
    yield _("What you shared or liked, where the export holds only that you did.")


def next_steps(words: Words, ticks: str) -> Iterator[str]:
    """Yield what to do with the report."""
    _ = words.say
    yield _(
        "Read each post where it stands: the link leads there. You are free to leave it, to delete it, or to add "
        "what is missing."
    )
    yield _("If you have had a letter about one of them, read it first: it says what deleting means for you.")
    if ticks:
        yield _(
            "Tick off what is done: with a pen, or in the file %(file)s, where [ ] becomes [x]. It holds no text of "
            "your posts."
        ) % {"file": ticks}
    yield _("Ask for a new export later and run the check again with the same list: what you ticked stays ticked.")


def rule_line(finding: Finding, words: Words) -> str:
    """Return since when the rule holds, and whether the post is older."""
    _ = words.say
    since = words.day(date.fromisoformat(finding.since))
    if finding.is_older:
        return _(
            "The post is older than the rule, which has covered such an act since %(day)s. What happened before a "
            "rule can break no rule."
        ) % {"day": since}
    if finding.is_undated:
        return _("The export has no day for this act. The rule has covered such an act since %(day)s.") % {"day": since}
    return _("Version %(version)s was in force on that day.") % {"version": finding.version}


def reason_line(finding: Finding, words: Words) -> str:
    """Return why it was found: the detector's own sentence in English, else what the marked words read as."""
    if words.language == "en":
        return finding.reason
    _ = words.say
    kinds = words.listed(category_words(each, _) for each in finding.categories)
    return _("The marked words read as %(kinds)s.") % {"kinds": kinds}


def context_lines(finding: Finding, words: Words) -> Iterator[str]:
    """Yield what the export says around a post."""
    _ = words.say
    if not finding.is_own:
        yield _("These are another person's words; they are not counted as yours. You passed them on.")
    if finding.replied_to:
        yield _("It answers %(whom)s.") % {"whom": finding.replied_to}
    if finding.pictures and finding.is_own:
        yield _("Pictures or videos stand beside it (%(count)s), which nobody looked at.") % {"count": finding.pictures}
    if finding.also:
        yield _("It may fall under clause %(clauses)s too.") % {"clauses": words.listed(finding.also)}
    if finding.link is None:
        yield _("The export gives no address of it. It stands in the archive at %(where)s.") % {"where": finding.where}


def format_line(check: Check, words: Words) -> str:
    """Return what kind of file it is, for people."""
    return format_words(check.recognised.reader.source_format, words.say)


def remarks(check: Check, words: Words) -> Iterator[tuple[str, bool]]:
    """Yield (what the reader remarked, whether it is told in the language of the report).

    What an operator's own mapping says is not: it stays as it is.
    """
    for each in [*check.recognised.sign.reasons, *check.report.notes]:
        yield remark(each, words.say), is_known(each)


def refused_lines(check: Check, words: Words, *, most: int) -> Iterator[str]:
    """Yield which records could not be read, what was expected and what to do: `most` records at most."""
    return refusals([(each.locator, each.reason) for each in check.report.refused[:most]], words.say, most=most)


def list_heading(words: Words, archive: str) -> list[str]:
    """Return the lines above the list to tick off."""
    _ = words.say
    return [
        _("What is left to look at in %(archive)s.") % {"archive": archive},
        _("Put an x between the brackets of what is done: [x]. No text of a post stands in this file."),
    ]
