"""What readers remark, and why a file was refused as a whole, in the language of whoever looks at the page.

Readers speak English, because they know nothing of languages; what they may say stands here once more, by its form
(`posts/said.py`). A sentence that is not here (an operator's own mapping may have one) stays as it is.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

from evenhand.posts.said import Said
from evenhand.posts.telling.reasons import Say


def remark(words: str, _: Say) -> str:
    """Return a reader's sentence as `_` says it; unchanged if no reader of ours says it."""
    at = _places().get(_form(words))
    if at is None:
        return words
    form = _told(_)[at]
    return form % {name: remark(value, _) for name, value in words.values.items()} if isinstance(words, Said) else form


def is_known(words: str) -> bool:
    """Return whether a sentence is one of those that readers of ours say."""
    return _form(words) in _places()


class Sort(StrEnum):
    """What a remark is about: it tells under which heading it stands."""

    LIMIT = "limit"  # what the format cannot show, and what an operator's own mapping says
    READ = "read"  # how the file was read
    MISSING = "missing"  # what the file itself says that it lacks


_MISSING: Final = ("count_mismatch ", "member_missing: ", "the archive says of itself", "thread_incomplete: ")


def sort_of(words: str) -> Sort:
    """Return what a reader's remark is about."""
    form = _form(words)
    if form.startswith(_MISSING):
        return Sort.MISSING
    read = {each if isinstance(each, str) else each[0] for each in _remarks(str)}
    return Sort.READ if form in read else Sort.LIMIT


def _form(words: str) -> str:
    return words.form if isinstance(words, Said) else words


@cache
def _places() -> dict[str, int]:
    """Return form as a reader says it -> where it stands below."""
    return {each if isinstance(each, str) else each[0]: at for at, each in enumerate(_all(str))}


def _told(_: Say) -> tuple[str, ...]:
    return tuple(each if isinstance(each, str) else each[1] for each in _all(_))


def _all(_: Say) -> tuple[str | tuple[str, str], ...]:
    """Return every form: itself, or (as the reader says it, as it is told where there is no command line)."""
    return (*_limits(_), *_signs(_), *_remarks(_), *_of_archives(_), *_of_files(_), *_of_tables(_))


def _limits(_: Say) -> tuple[str, ...]:
    """Return what a format cannot show."""
    return (
        _("A repository holds no handles of others, no replies received and no time of a deletion."),
        _("A deleted message is absent; a later export of the same channel shows that it is gone."),
        _("The sender of a mail is what the mail says; only a signature that was checked says more."),
        _("An archive holds what its owner wrote: no replies received, no counts, nothing that was deleted."),
        _("An export names no id of a post, a comment or a person: what was answered stands only in a sentence."),
        _("An export names no id of a comment or a medium, and no target beside the name of its owner."),
        _("An export says that something was a reply, never to what."),
        _("Private channels and direct messages are in an export only if the workspace's plan allows it."),
        _("An export shows no deleted message; a null author is an account that is gone."),
        _("An export names neither the comment nor the video or person it was for; choose JSON, not TXT."),
        _("A Takeout holds the owner's comments alone: no names, no likes, no answers received."),
        _(
            "Names are what the exporter's address book says; there are no ids, no replies and no zone. Whoever edits "
            "the text can make a line look like a message: a perfect imitation cannot be told apart."
        ),
        _(
            "A web archive holds pages as a program captured them: no post is read from a page, a person marks what in "
            "it matters. A page that nobody signed may have been changed before it was packed."
        ),
        _(
            "A scored table: it holds texts and another tool's scores, no author and no time; a score that is missing "
            "is unknown, not 0."
        ),
        _(
            "A labelled table: it holds texts and labels, no author and no time; a label that is missing is unknown, "
            "not 0."
        ),
        _('Times are estimates made from words like "2 years ago"; like counts are rounded.'),
        _("The author is a page or a group, never a person; comments are counted, not held."),
    )


def _signs(_: Say) -> tuple[str, ...]:
    """Return by what a format is known."""
    return (
        _("%(sign)s in %(place)s"),
        _("the keys %(keys)s"),
        _("the kind %(kind)s"),
        _("the columns %(columns)s"),
        _("named by the operator"),
        _("manifest.js of an X archive"),
        _("a member that assigns window.YTD"),
        _("control line"),
        _("a repository (CAR)"),
        _("a report of moderation"),
        _("a thread"),
        _("posts of a feed"),
        _("a notification"),
        _("lines that begin with date and time"),
        _("a zip with users.json and a list of channels"),
        _("a From line, then headers"),
        _("a block of mail headers"),
        _("begins with WARC/1."),
        _("datapackage.json beside the folder archive/"),
        _("comment ids, one channel id, texts as JSON"),
        _("Parquet"),
        _("our own records export"),
        _("a text column"),
    )


def _remarks(_: Say) -> tuple[str | tuple[str, str], ...]:
    """Return what a reader remarks about one file."""
    return (
        (
            "count_mismatch %(said)s/%(found)s: %(place)s",
            _(
                "%(place)s says that it holds %(said)s records; %(found)s were found "
                "(count_mismatch %(said)s/%(found)s)."
            ),
        ),
        (
            "count_mismatch %(said)s/%(found)s",
            _(
                "The file says that it holds %(said)s records; %(found)s were found "
                "(count_mismatch %(said)s/%(found)s)."
            ),
        ),
        _("%(place)s: bookmarks are no acts; not read"),
        _("a deletion names only a number of its own server; its post is not in this file"),
        _("thread_incomplete: the answer names further replies that it does not hold"),
        _("columns not used: %(columns)s"),
        _("column '%(column)s' read as %(field)s"),
        (
            "times without a zone are kept as local times; import again with --timezone to say which zone",
            _("Times without a zone are kept as local times; bring the file in again and say which zone."),
        ),
        _("encoding_guessed: read as %(encoding)s"),
        _("no manifest: the tables were found by how the members start"),
        (
            "the archive says of itself that it is partial",
            _("This archive says of itself that it is only a part of the whole: the platform made several files."),
        ),
        (
            "member_missing: the manifest names %(place)s with %(count)s records; is the archive split?",
            _("%(place)s is not in this file, although its own list names it with %(count)s records."),
        ),
        _(
            "possible_duplicates: %(count)s new records say the same at the same time as records of another export, "
            "the first %(new)s as %(held)s; nothing was merged"
        ),
        _("mapping kept for the next table with this header: %(place)s"),
    )


def _of_archives(_: Say) -> tuple[str, ...]:
    """Return why an archive is refused as a whole, and what helps."""
    return (
        _("archive_bomb: over %(limit)s members"),
        _("archive_bomb: %(count)s members, over %(limit)s"),
        _("archive_bomb: members overlap"),
        _("archive_bomb: the archive unpacks to too much"),
        _("archive_bomb: %(place)s unpacks to too much"),
        _("archive_bomb: %(place)s is too large"),
        _("archive_encrypted: %(place)s"),
        _("archive_duplicate: two different members are named %(place)s"),
        _("archive_duplicate: two members are named %(place)s"),
        _("archive_unsafe_member: %(place)s"),
        _("archive_headers_differ: %(place)s"),
        _("archive_same_name: %(place)s"),
        _("this zip file is damaged or cut short"),
        _("this tar file is damaged or cut short"),
        _("this zip holds no export that a reader knows; it holds: %(members)s"),
        _("Unpack it with its password and pack it again."),
        _("Remove that member and try again."),
        _("Pack it again."),
        _("It holds HTML pages: ask the platform for the same export as JSON."),
        _("%(code)s: this web archive is packed as one piece, not record by record"),
        _("Make a copy that is, with: warcio recompress FILE COPY.warc.gz. Keep the file as it came."),
        _("%(code)s: no record of this web archive can be read"),
        _("%(code)s: this web archive is not as its own list says (%(about)s)"),
        _("Nothing was taken. Download it again; if it stays so, somebody changed it after it was made."),
        _("this is a web archive, and warcio is not installed"),
        _("%(place)s is larger than 16 MiB"),
    )


def _of_files(_: Say) -> tuple[str | tuple[str, str], ...]:
    """Return why a single file is refused as a whole, and what helps."""
    return (
        _("the file is empty"),
        _("this is an HTML page, not data"),
        _("this is a message or a document of an office program"),
        _("no reader knows this format"),
        _("this file is damaged or cut short"),
        _("this .%(packing)s file is damaged or cut short"),
        _("this file is not packed in a way we know"),
        _("this is a .zst file, and zstandard is not installed"),
        _("record_malformed: this JSON document is damaged or cut short"),
        _("%(code)s: this repository is damaged or was changed"),
        _("%(code)s: the tree of this repository cannot be walked"),
        _("over %(count)s records cannot be read; the first is %(place)s (%(code)s)"),
        (
            "Check that this is the format you expect, or name it with --as.",
            _("Check that this is the format you expect, and that the export is whole."),
        ),
        (
            "Readers: %(readers)s. Name one with --as, or say with --mapping FILE which column is what.",
            _(
                "Evenhand reads exports of X (Twitter), Bluesky, Mastodon, Facebook, Instagram, Threads, YouTube, "
                "Reddit, TikTok, WhatsApp, Signal, Telegram, Discord and Slack, e-mail, web archives and tables of "
                "posts. Look for the zip that the platform gave, or ask there for the export once more, as JSON."
            ),
        ),
        _("Nothing was imported; export it again."),
        _("Nothing was imported. Download the repository again."),
        _("Please export JSON."),
        _("Save a .msg as .eml, or forward it as an attachment; nothing was imported."),
        _("Pack it again, or send it unpacked."),
        _("Send it unpacked."),
        _("Download it again."),
        _("Make it again."),
        _("Get it again."),
        _("Nothing was kept."),
        _("Nothing was read."),
        _("Install it with: %(command)s."),
    )


def _of_tables(_: Say) -> tuple[str | tuple[str, str], ...]:
    """Return why a table is refused as a whole, and what helps."""
    return (
        _(
            "id_suspect_rounded: %(count)s of %(all)s ids in column '%(column)s' end in zeros after the 15th digit, as "
            "a spreadsheet leaves them"
        ),
        _("Export again with the ids as text and do not open the file in a spreadsheet."),
        _("this Parquet file is damaged or cut short"),
        _("the bytes at %(place)s are not %(encoding)s, as the rest is"),
        _("Save the table again as UTF-8."),
        _("of the columns %(columns)s only the text is understood"),
        (
            "Say with --mapping FILE which is what, or take the text alone with --as rows; nothing was imported.",
            _("Give the columns names that say what they hold, like text, id, author and date; nothing was imported."),
        ),
        _("%(field)s: no record has %(columns)s"),
        _("The file has: %(columns)s. Nothing was imported."),
        _("'%(zone)s' is no time zone"),
        _("Name one like Europe/London."),
        _("a file of the corpus is missing or damaged"),
        _("Restore it from a backup."),
    )
