"""What an attribution is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handraise.feedback.attribution.queries import DIMENSIONS, Asked

SHARES = (("customers", "customers"), ("sqls", "SQLs"))


def asked_for(given: Mapping[str, str], currencies: Sequence[str]) -> Asked:
    """What was asked for; the usual where that is unknown."""
    name = given.get("by", "")
    share = given.get("share", "")
    return Asked(
        name if name in DIMENSIONS else "source",
        "sql" if share == "sqls" else "customer",
        share if share in currencies else "",
    )


def chosen(asked: Asked) -> str:
    """The value of the choice that stands for it."""
    return asked.currency or ("sqls" if asked.outcome == "sql" else "customers")


def choices(currencies: Sequence[str]) -> list[tuple[str, str]]:
    """What can be shared."""
    return [*SHARES, *((code, f"what was won, {code}") for code in currencies)]
