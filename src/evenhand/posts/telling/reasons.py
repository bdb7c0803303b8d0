"""Why a record or a member was not taken: what was expected there, and what to do. One entry per reason code."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], str]


def reason_words(code: str, _: Say) -> tuple[str, str]:
    """Return (what was expected, what to do) for a reason code; for a code without words, the code itself."""
    known = _records(_) | _lines(_) | _members(_) | _captures(_)
    return known.get(code, (code, _("Look at the place named, or export again.")))


def _records(_: Say) -> dict[str, tuple[str, str]]:
    return {
        "record_malformed": (
            _("A record whose parts have the form this format has elsewhere."),
            _("Usually nothing: the others were read. If it is many, export again and compare."),
        ),
        "record_not_recognised": (
            _("A record of a kind this format is known to hold."),
            _("Look at the place named; if it is a post, tell the makers of Evenhand the shape, not the text."),
        ),
        "record_too_large": (
            _("A record of at most 16 MiB."),
            _("Nothing can be done with it; the others were read."),
        ),
        "id_missing": (
            _("An id for the record."),
            _("Export again with the ids; a record without one cannot be told from another."),
        ),
        "id_destroyed": (
            _("An id in full. A spreadsheet has rewritten this one as a rounded number."),
            _("Export again and do not open the file in a spreadsheet before you bring it in."),
        ),
        "message_too_large": (
            _("A message of a size that can be held at once."),
            _("Bring that one message in by itself, without its attachments."),
        ),
        "before_first_message": (
            _("A message. These lines stand before the first one."),
            _("Usually nothing: export the chat again from its beginning if a message is missing."),
        ),
        "no_message": (
            _("A line that begins a message: a day, an hour and a name."),
            _("Export the chat from the app again, as text, and do not edit it."),
        ),
        "note_unjoined": (
            _("The post to which this long text belongs."),
            _("Nothing: the post was read as it was shown, cut short, and says so."),
        ),
    }


def _lines(_: Say) -> dict[str, tuple[str, str]]:
    return {
        "line_too_long": (
            _("A line of at most 16 MiB."),
            _("Check that the file has one record on each line; the others were read."),
        ),
        "line_truncated": (
            _("A last line that ends. This one was cut off."),
            _("Usually nothing: a dump often ends so. If more seems to be missing, download it again."),
        ),
        "row_too_wide": (
            _("As many cells as the heading of the table has."),
            _("A quotation mark or a separator in a text is not closed there: mend that line, or export again."),
        ),
    }


def _members(_: Say) -> dict[str, tuple[str, str]]:
    return {
        "member_damaged": (
            _("A file inside the archive that can be unpacked to its end."),
            _("Download the archive again: it is damaged or was cut short."),
        ),
        "member_malformed": (
            _("JSON in the form this platform writes."),
            _("Download the archive again, and do not edit the files in it."),
        ),
        "member_too_large": (
            _("A file inside the archive in the form this platform writes; this one is too large to read otherwise."),
            _("Download the archive again, and do not edit the files in it."),
        ),
        "trailing_code": (
            _("Only data. Something that would run as a program follows it."),
            _("Somebody changed this archive: ask its owner to download it again."),
        ),
        "archive_unsafe_member": (
            _("An ordinary file with an ordinary name. This one would lead out of its folder, or is a link."),
            _("Usually nothing: it was left out and the rest was read. Platforms write no such files."),
        ),
        "archive_headers_differ": (
            _("One account of the file inside the archive; here its two headers say different things."),
            _("Download the archive again: platforms write no such files."),
        ),
        "archive_same_name": (
            _("Names that stay different on every computer; this one equals another but for its letters' case."),
            _("Unpack it, rename that file and pack it again."),
        ),
    }


def _captures(_: Say) -> dict[str, tuple[str, str]]:
    again = _("Make the archive again, or download it again. The other pages were read.")
    return {
        "warc_truncated": (_("A captured page in full. The web archive ends in the middle of this one."), again),
        "warc_length_wrong": (_("A captured page as long as its record says."), again),
        "warc_digest_differs": (
            _("A captured page that is the one its digest names. This one was changed after it was captured."),
            _("Ask where the archive comes from, and capture the page again. The other pages were read."),
        ),
        "warc_damaged": (_("A record of a web archive. From here on nothing can be made out."), again),
    }
