"""What can reach another machine is a closed list: whoever adds a way out adds it here, and to the threat model."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "evenhand"
CLIENTS = {
    "urllib.request", "ftplib", "imaplib", "poplib", "requests", "httpx", "aiohttp", "urllib3", "xmlrpc", "dns.resolver",
}  # fmt: skip
WAYS_OUT = {
    "witness/asking.py": "a checkpoint and hashes, to witnesses that were named",
    "web/cases/mail_keys.py": "the names of a mail's signing keys, to the resolver that was named",
    "live/fetching.py": "the adapters that were switched on, each to its platform",
    "live/mailbox.py": "the same, to a mailbox",
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_only_named_modules_speak_to_other_machines() -> None:
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if any(name == client or name.startswith(f"{client}.") for name in imported(path) for client in CLIENTS)
    }
    assert found <= WAYS_OUT.keys() and "witness/asking.py" in found
