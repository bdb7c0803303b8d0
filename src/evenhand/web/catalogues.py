"""Translations: `python -m evenhand.web.catalogues` compiles the django.po of each app to the django.mo Django reads.

Each app has its own; `locale` beside the apps holds the words of the pure rooms, which are message ids there. A pure
room that speaks without Django has a messages.po of its own; what readers say (posts/telling) is read with Django and
without.
Pure Python, because gettext's programs are not on every machine. Plain entries, and counted ones with the two forms
that English and German have; no context, which none of our catalogues uses. Anything else is refused with its line.
A counted text is one key, its singular, a zero byte and its plural: as a .mo file has it.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from django.template.base import DebugLexer, Token, TokenType

from evenhand.errors import UsageError

WEB: Final = Path(__file__).parent
_MAGIC: Final = 0x950412DE
_HEAD: Final = 28
_CALLS: Final = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2}  # name -> how many of its arguments are texts
_QUOTED: Final = re.compile(r'^(msgid_plural|msgid|msgstr\[[01]\]|msgstr)?\s*"(.*)"$')
_COUNTED: Final = {"msgid", "msgid_plural", "msgstr[0]", "msgstr[1]"}
_TRANSLATE: Final = re.compile(r"^(?:translate|trans)\s+(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')")
_IN_TAG: Final = re.compile(r"_\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*\)")


def catalogues(web: Path = WEB) -> list[Path]:
    """Return the catalogues of the apps below a folder and of the rooms beside it, in order."""
    return sorted(web.parent.rglob("locale/*/LC_MESSAGES/*.po"))


def read(path: Path) -> dict[str, str]:
    """Return msgid -> msgstr of a catalogue, the header under ""; UsageError with the line for anything else.

    A counted entry has both its forms in each, a zero byte between. Entries marked fuzzy and entries without a
    translation are left out.
    """
    entries: dict[str, str] = {}
    entry: dict[str, str] = {}
    field, fuzzy = "", False
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        if not line.strip():
            if not fuzzy:
                entries |= _pair(entry, path, number)
            entry, field, fuzzy = {}, "", False
        elif line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif found := _QUOTED.match(line.strip()):
            field = found.group(1) or field
            entry[field] = entry.get(field, "") + _unescaped(found.group(2), path, number)
        else:
            raise UsageError("neither a plain entry nor a counted one", where=f"{path.name} line {number}")
    return entries


def _pair(entry: Mapping[str, str], path: Path, number: int) -> dict[str, str]:
    """Return one finished entry as msgid -> msgstr; {} for one without a translation, and for none."""
    if set(entry) <= {"msgid", "msgstr"}:
        return {entry["msgid"]: entry["msgstr"]} if entry.get("msgstr") else {}
    if set(entry) != _COUNTED:
        raise UsageError("a counted entry lacks one of its forms", where=f"{path.name} line {number - 1}")
    forms = [entry["msgstr[0]"], entry["msgstr[1]"]]
    return {f"{entry['msgid']}\0{entry['msgid_plural']}": "\0".join(forms)} if all(forms) else {}


def compiled(entries: Mapping[str, str]) -> bytes:
    """Return the bytes of a .mo file (GNU gettext, little-endian, sorted, no hash table); same entries, same bytes."""
    pairs = sorted((msgid.encode(), msgstr.encode()) for msgid, msgstr in entries.items())
    ids, texts = [msgid for msgid, _ in pairs], [msgstr for _, msgstr in pairs]
    count = len(pairs)
    start = _HEAD + 16 * count
    tables, data = b"", b""
    for column in (ids, texts):
        for text in column:
            tables += struct.pack("<II", len(text), start + len(data))
            data += text + b"\0"
    return struct.pack("<7I", _MAGIC, 0, count, _HEAD, _HEAD + 8 * count, 0, start) + tables + data


def compile_all(web: Path = WEB) -> list[Path]:
    """Write the django.mo of every catalogue and return their paths."""
    written = []
    for path in catalogues(web):
        target = path.with_suffix(".mo")
        target.write_bytes(compiled(read(path)))
        written.append(target)
    return written


def marked(app: Path) -> set[str]:
    """Return every text an app marks, as `read` names it: in its templates, as a literal in its code."""
    found: set[str] = set()
    for path in app.rglob("*.html"):
        found.update(_in_template(path.read_text(encoding="utf-8")))
    for path in app.rglob("*.py"):
        found.update(_in_code(path.read_text(encoding="utf-8")))
    return found


def _in_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            texts = [each.value for each in node.args[: _CALLS[node.func.id]] if isinstance(each, ast.Constant)]
            said = [text for text in texts if isinstance(text, str)]
            if len(said) == _CALLS[node.func.id]:
                yield "\0".join(said)


def _in_template(source: str) -> Iterator[str]:
    block: list[str] | None = None
    for token in DebugLexer(source).tokenize():
        words = token.contents.split()
        if token.token_type is TokenType.BLOCK and words[0] in {"blocktranslate", "blocktrans"}:
            block = []
        elif token.token_type is TokenType.BLOCK and words[0] in {"endblocktranslate", "endblocktrans"}:
            yield "".join(block or [])
            block = None
        elif block is not None:
            block.append(_in_block(token))
        elif token.token_type is TokenType.BLOCK and (text := _TRANSLATE.match(token.contents)):
            yield ast.literal_eval(text.group(1))
        elif token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            yield from (ast.literal_eval(text) for text in _IN_TAG.findall(token.contents))


def _in_block(token: Token) -> str:
    if token.token_type is TokenType.VAR:
        return f"%({token.contents.split()[0]})s"
    return "\0" if token.token_type is TokenType.BLOCK else token.contents.replace("%", "%%")  # the one tag: plural


def _unescaped(text: str, path: Path, number: int) -> str:
    if re.search(r'(?<!\\)(?:\\\\)*"', text):
        raise UsageError("a quotation mark without a backslash", where=f"{path.name} line {number}")
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found.group(1), found.group(1)), text)


def main() -> int:
    """Compile everything and say what was written."""
    for path in compile_all():
        sys.stdout.write(f"{path.relative_to(WEB.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
