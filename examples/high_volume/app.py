"""Prices for a wholesaler's shop: every page asks for many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LIST_CENTS = {"screw": 4, "hinge": 310, "drill": 8900, "saw": 12_400, "glue": 640}
CONTRACTS = {"northbuild": {"drill": 7900, "saw": 11_000}}
CLEARANCE_PERCENT = {"glue": 60}

Rule = Callable[[str, str], int]


class UnknownArticleError(LookupError):
    """There is no price for the article."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The price of one article, and which rule it came from."""
    sku, customer = event["sku"], event.get("customer", "")
    if sku not in LIST_CENTS:
        raise UnknownArticleError(sku)
    rule = rule_for(sku, customer)
    return {"cents": rule(sku, customer), "priced_by": rule.__name__}


def rule_for(sku: str, customer: str) -> Rule:
    if sku in CONTRACTS.get(customer, {}):
        return contract_price
    if sku in CLEARANCE_PERCENT:
        return clearance_price
    return list_price


def list_price(sku: str, customer: str) -> int:
    return LIST_CENTS[sku]


def contract_price(sku: str, customer: str) -> int:
    return CONTRACTS[customer][sku]


def clearance_price(sku: str, customer: str) -> int:
    return LIST_CENTS[sku] * CLEARANCE_PERCENT[sku] // 100


def volume_price(sku: str, customer: str) -> int:
    """Replaced by contracts."""
    return LIST_CENTS[sku] * 95 // 100
