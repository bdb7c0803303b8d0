"""What can reach another machine is a closed list: whoever adds a way out adds it here, and to the threat model."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "evenhand"
CLIENTS = {
    "urllib.request", "ftplib", "imaplib", "poplib", "requests", "httpx", "aiohttp", "urllib3", "xmlrpc",
    "dns.resolver",
}  # fmt: skip
WAYS_OUT = {
    "witness/asking.py": "a checkpoint and hashes, to witnesses that were named",
    "web/cases/mail_keys.py": "the names of a mail's signing keys, to the resolver that was named",
    "live/fetching.py": "the adapters that were switched on, each to its platform",
    "live/mailbox.py": "the same, to a mailbox",
}


IMPORTED = re.compile(r"^\s*(?:import|from) (" + "|".join(map(re.escape, sorted(CLIENTS))) + r")\b", re.MULTILINE)


def test_only_named_modules_speak_to_other_machines() -> None:
    found = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if IMPORTED.search(path.read_text("utf-8"))}
    assert found <= WAYS_OUT.keys() and "witness/asking.py" in found
