"""Sorts the mails of customers into the queues of those who answer them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ORDER_NUMBER = re.compile(r"\b[A-Z]-\d{1,6}\b")
WORDS = {
    "returns": ("return", "refund", "broken"),
    "invoices": ("invoice", "receipt", "vat"),
}


@dataclass(frozen=True, slots=True)
class Mail:
    """What matters of a mail."""

    sender: str
    subject: str
    text: str


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    mail = Mail(event["from"], event.get("subject", ""), event.get("text", ""))
    if is_automatic(mail):
        return {"queue": None}
    return {"queue": queue_for(mail), "orders": orders_in(mail)}


def is_automatic(mail: Mail) -> bool:
    return mail.sender.startswith(("no-reply@", "mailer-daemon@"))


def queue_for(mail: Mail) -> str:
    said = f"{mail.subject} {mail.text}".lower()
    for queue, words in WORDS.items():
        if any(word in said for word in words):
            return queue
    return "everything-else"


def orders_in(mail: Mail) -> list[str]:
    return sorted(set(ORDER_NUMBER.findall(f"{mail.subject} {mail.text}")))


def language_of(mail: Mail) -> str:
    """From when there was a team for each language."""
    said = set(mail.text.lower().split())
    return "de" if said & {"und", "nicht", "bitte"} else "en"
