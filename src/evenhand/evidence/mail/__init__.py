"""E-mail as evidence: what its signatures say, under keys that were written down when it came (EVIDENCE §2.9).

A DKIM signature says that a domain's server sent these header fields and this body, never that a person did.
"""

from evenhand.evidence.mail.keys import KeyAnswer, Keys, names_to_ask
from evenhand.evidence.mail.verdicts import NOTE_WORDS, Arc, MailVerdict, Signature, State, examine_mail

__all__ = [
    "NOTE_WORDS",
    "Arc",
    "KeyAnswer",
    "Keys",
    "MailVerdict",
    "Signature",
    "State",
    "examine_mail",
    "names_to_ask",
]
