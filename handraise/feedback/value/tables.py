"""The tables of value: what customers are worth, what was won, what it cost, what was opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from handraise.feedback.decide import ENOUGH
from handraise.feedback.dimensions import UNKNOWN
from handraise.feedback.standing.queries import fresh
from handraise.feedback.tabular import Cell, Column, Definition, Period, Table
from handraise.feedback.value.decide import FEWEST_WON, FOLLOWED, Assumptions, Kept
from handraise.feedback.value.queries import (
    Group,
    Groups,
    Spent,
    Worth,
    Worths,
    costs,
    grouped,
    lifetimes,
)
from handraise.feedback.value.statements import (
    BY_SOURCE,
    BY_TENS,
    BY_THIRDS,
    COSTS,
    LIFETIME,
    PIPELINE,
)
from handraise.leads.bulk import rows_of

APART = "Amounts of different currencies are never added."
_CURRENCY = Column("currency", "Currency")
_INTERVAL = "From and to: 95 times in 100 the true mean lies between."


def money(amount: float, currency: str) -> str:
    """`1,200 EUR`; with two decimals below a hundred."""
    return f"{amount:,.2f} {currency}" if abs(amount) < 100 else f"{amount:,.0f} {currency}"


# -- what customers are worth -------------------------------------------------------------------


def lifetime(period: Period, *, found: Worths | None = None) -> Table:
    """What a customer brings on average while the observed time lasts, a row a currency."""
    told = found or lifetimes(at=period.at)
    columns = (
        _CURRENCY, Column("customers", "Customers", "count"),
        Column("value", "Worth each", "money"), Column("low", "From", "money"),
        Column("high", "To", "money"), Column("once", "Of it paid once", "money"),
        Column("recurring", "Purchases that recur", "count"),
        Column("stopped", "Of them stopped", "count"),
        Column("months", "Months counted", "count"),
        Column("year", "Still paid after a year", "percent"),
    )  # fmt: skip
    return Table(
        "lifetime", "What a customer is worth", _worth_finding(told), columns,
        tuple(_worth_row(one) for one in told.found),
        Definition(_counted(told.assumptions), _OVER_CUSTOMERS, LIFETIME), period.at,
        notes=_worth_notes(told), drawn="value",
    )  # fmt: skip


def _counted(held: Assumptions) -> str:
    return (
        "Margin of what customers pay: payments that recur by the Kaplan-Meier share of margin "
        "that is still paid at each of them, and each payment made later discounted by "
        f"{100 * held.discount:.4g} % a year from the first of its purchase; what is paid once as "
        f"it is. Where a purchase tells no margin, {100 * held.margin:.4g} % is assumed. Customers "
        "are drawn anew, each with all purchases, for the interval."
    )


_OVER_CUSTOMERS = (
    "Every company (a person where no company is known) with a won deal, whenever it was won. A "
    "won deal without purchases counts as its amount, paid once. What still runs counts as long "
    "as it was followed; an end that lies ahead is not yet an end."
)


def _months(one: Worth) -> int | None:
    return max((kept.months for kept in one.lifetime.kept), default=None)


def after_a_year(kept: Kept) -> float | None:
    """The share of margin that is still paid a year after the first payment."""
    place = 12 if kept.every == "month" else 1
    return kept.shares[place] if len(kept.shares) > place else None


def _worth_row(one: Worth) -> tuple[Cell, ...]:
    life = one.lifetime
    is_enough = life.low is not None
    year = [after_a_year(kept) for kept in life.kept]
    largest = max(range(len(year)), key=lambda i: life.kept[i].purchases) if year else None
    return (
        one.currency, life.customers, life.value if is_enough else None, life.low, life.high,
        life.once if is_enough else None, sum(kept.purchases for kept in life.kept),
        sum(kept.stopped for kept in life.kept), _months(one),
        None if largest is None else year[largest],
    )  # fmt: skip


def _worth_finding(told: Worths) -> str:
    said = []
    for one in told.found:
        life = one.lifetime
        if life.low is None or life.high is None:
            continue
        months = _months(one)
        span = f" over {months} months" if months else ""
        value, low, high = (f"{x:,.0f}" for x in (life.value, life.low, life.high))
        said.append(f"A customer is worth {value} {one.currency}{span}, between {low} and {high}.")
    return " ".join(said) or "Not enough data yet to say what a customer is worth."


def _worth_notes(told: Worths) -> tuple[str, ...]:
    notes = []
    years = told.assumptions.years
    for one in told.found:
        for kept in one.lifetime.kept:
            each = "Monthly" if kept.every == "month" else "Yearly"
            payments = len(kept.shares)
            s = "" if payments == 1 else "s"
            if kept.is_cut:
                notes.append(
                    f"{each} purchases in {one.currency} are counted for {payments} payment{s}: "
                    f"fewer than {FOLLOWED} were followed for longer. What may come after is not "
                    "in the figure."
                )
            else:
                notes.append(
                    f"{each} purchases in {one.currency} are counted for {payments} payment{s}, "
                    f"within {years} years. What comes after is not in the figure."
                )
    assumed = sum(one.assumed for one in told.found)
    if assumed:
        share = f"{100 * told.assumptions.margin:.4g} %"
        turnover = ": that is turnover" if told.assumptions.margin == 1 else ""
        notes.append(f"Purchases without a margin: {assumed:,}; {share} is assumed{turnover}.")
    if told.ahead:
        notes.append(f"Purchases left out since they have not begun: {told.ahead:,}.")
    if len(told.found) > 1:
        notes.append(f"{APART} Who buys in two counts in both.")
    return (*notes, _INTERVAL, f"Below {ENOUGH} customers the worth is left out.")


# -- what was won of the MQLs of a period --------------------------------------------------------

_WON = (
    "Won value of a deal: its amount; where it has none, what its purchases pay in their first "
    "year. Counted are deals closed since the lead became MQL, until now. MQLs and customers are "
    "the same in each currency; beside them stands for how many a deal was won in it. "
)
_MQLS = "Leads that became MQL in the period, and what was won of them by now."


def value_by_source(
    period: Period, *, currency: str = "", as_of: datetime | None = None
) -> Table:  # fmt: skip
    """Won value per MQL of each source; of one currency, or a row for each."""
    at = as_of or fresh(at=period.at).at
    found = grouped(BY_SOURCE, period, at=at)
    return _won_table(
        "value_by_source", "Won by source", "Source", found, currency, at, BY_SOURCE,
        _WON + "The source is the first that was told.",
    )  # fmt: skip


def value_by_score(
    period: Period, *, currency: str = "", bands: str = "tens", as_of: datetime | None = None
) -> Table:
    """Won value per MQL by the priority at the first offer, in tens or in thirds of the MQLs."""
    at = as_of or fresh(at=period.at).at
    statement = BY_THIRDS if bands == "thirds" else BY_TENS
    found = grouped(statement, period, at=at)
    ordered = sorted(found.groups, key=lambda one: _place(one.name))
    return _won_table(
        "value_by_score", "Won by score at hand-over", "Priority at the offer",
        Groups(tuple(ordered), found.currencies, found.versions), currency, at, statement,
        _WON + "The score is the priority at the first offer to sales.", unknown="not offered",
    )  # fmt: skip


_BANDS = ("highest third", "middle third", "lowest third")


def _place(name: str | None) -> tuple[int, float]:
    if name is None:
        return 2, 0
    return (1, -float(name.split()[0])) if name[0].isdigit() else (0, _BANDS.index(name))


def _won_table(
    code: str, title: str, first: str, found: Groups, currency: str, at: datetime, sql: str,
    counted: str, unknown: str = UNKNOWN,
) -> Table:  # fmt: skip
    shown = (currency,) if currency else found.currencies or ("",)
    named = f", {currency}" if currency else ""
    columns = (
        *(() if currency else (_CURRENCY,)), Column("name", first),
        Column("leads", "MQLs", "count"), Column("customers", "Customers", "count"),
        Column("paying", f"With won deals{named or ' in it'}", "count"),
        Column("won", f"Won{named}", "money"), Column("each", f"Per MQL{named}", "number"),
        Column("low", "From", "number"), Column("high", "To", "number"),
    )  # fmt: skip
    rows = tuple(
        (*(() if currency else (code_of,)), *_won_row(one, code_of, unknown))
        for code_of in shown
        for one in found.groups
    )
    notes = (
        APART, _INTERVAL,
        f"An interval needs {ENOUGH} MQLs and {FEWEST_WON} of them won; below that there is not "
        "enough data. The youngest MQLs have had less time to buy.",
    )  # fmt: skip
    finding = " ".join(_won_finding(found.groups, one) for one in shown)
    definition = Definition(counted, _MQLS, sql)
    return Table(
        code, title, finding, columns, rows, definition, at, found.versions, notes, drawn="won"
    )


def _won_row(one: Group, currency: str, unknown: str) -> tuple[Cell, ...]:
    mean = one.means.get(currency)
    name = unknown if one.name is None else one.name
    if mean is None:
        return (name, one.leads, one.won, 0, None, None, None, None)
    each = mean.each if one.leads >= ENOUGH else None
    return (name, one.leads, one.won, mean.won, mean.total, each, mean.low, mean.high)


def _won_finding(groups: tuple[Group, ...], currency: str) -> str:
    sure = [
        (mean, one.name) for one in groups
        if (mean := one.means.get(currency)) and mean.low is not None and one.name is not None
        and not one.is_rest
    ]  # fmt: skip
    said = f" in {currency}" if currency else ""
    if not sure:
        return f"Not enough data yet to say who brings the most{said}."
    best = max(sure, key=lambda pair: pair[0].each or 0)
    others = [pair for pair in sure if pair is not best]
    mean, name = best
    told = (
        f"An MQL of “{name}” brought {money(mean.each or 0, currency)}, "
        f"between {money(mean.low or 0, currency)} and {money(mean.high or 0, currency)}"
    )
    if others and all((mean.low or 0) > (other.high or 0) for other, _ in others):
        return f"{told}: more than any other."
    return f"{told}{': others may bring as much.' if others else '.'}"


# -- what it cost -------------------------------------------------------------------------------


def cost_by_source(
    period: Period, *, currency: str = "", as_of: datetime | None = None
) -> Table:  # fmt: skip
    """What each source cost in the period, for each MQL, SQL and customer of the same days."""
    at = as_of or fresh(at=period.at).at
    found = [one for one in costs(COSTS, period, at=at) if currency in ("", one.currency)]
    columns = (
        Column("source", "Source"), _CURRENCY, Column("cost", "Cost", "money"),
        Column("marketed", "MQLs", "count"), Column("per_mql", "Cost per MQL", "number"),
        Column("qualified", "SQLs", "count"), Column("per_sql", "Cost per SQL", "number"),
        Column("customers", "Customers", "count"),
        Column("per_customer", "Cost per customer", "number"),
        Column("won", "Won", "money"), Column("return", "Won for each 1 spent", "number"),
    )  # fmt: skip
    definition = Definition(
        "What people told a source cost, a month by the share of its days that lie in the period; "
        "divided by the leads of that source (the first that was told) that became MQL, SQL and "
        "customer in the period; and what deals closed in it brought.",
        "Sources for which a cost was told; who reached a stage in the period, whenever they came.",
        COSTS,
    )
    notes = (
        APART + " Won is what was won in the currency of the cost.",
        "Who became a customer in these days mostly came by money spent earlier: choose a period "
        "longer than a sale takes.",
    )
    return Table(
        "cost_by_source", "What sources cost", _cost_finding(found), columns,
        tuple(_cost_row(one) for one in found), definition, at, notes=notes, drawn="per_mql",
    )  # fmt: skip


def _cost_row(one: Spent) -> tuple[Cell, ...]:
    def per(count: int) -> float | None:
        return one.cost / count if count else None

    return (
        one.source, one.currency, one.cost, one.marketed, per(one.marketed), one.qualified,
        per(one.qualified), one.customers, per(one.customers), one.earned, one.earned / one.cost,
    )  # fmt: skip


def _cost_finding(found: list[Spent]) -> str:
    if not found:
        return "No costs are told for these days."
    said = []
    for code in sorted({one.currency for one in found}):
        sure = [one for one in found if one.currency == code and one.marketed >= ENOUGH]
        if sure:
            best = min(sure, key=lambda one: one.cost / one.marketed)
            cost = money(best.cost / best.marketed, code)
            said.append(f"An MQL costs least by “{best.source}”: {cost}.")
    return " ".join(said) or "Not enough data yet to say what an MQL costs by any source."


# -- what was opened ------------------------------------------------------------------------------


def pipeline_created(period: Period, *, currency: str = "") -> Table:
    """Deals opened in the period by the stage in which they stand now."""
    asked = {"since": period.since, "until": period.until, "at": period.at}
    rows: list[_Opened] = [row for row in rows_of(PIPELINE, asked) if currency in ("", row[0])]
    columns = (
        _CURRENCY, Column("stage", "Stands in"), Column("chance", "Chance", "percent"),
        Column("deals", "Deals", "count"), Column("without", "Without amount", "count"),
        Column("amount", "Amount", "money"), Column("weighted", "Weighted", "money"),
    )  # fmt: skip
    definition = Definition(
        "Amounts of the deals, and each times the chance of the stage in which it stands now.",
        "Deals opened in the period, whatever became of them.",
        PIPELINE,
    )
    cells = tuple(
        (code or None, stage, chance / 100, count, count - told, amount, weighted)
        for code, stage, chance, count, told, amount, weighted in rows
    )
    return Table(
        "pipeline_created", "Pipeline created", _opened(rows), columns, cells, definition,
        period.at, notes=(APART, "Won deals weigh their whole amount, lost ones nothing."),
        drawn="weighted",
    )  # fmt: skip


# Currency, stage, its chance in percent, deals, those with an amount, amounts, weighted.
_Opened: TypeAlias = tuple[str, str, int, int, int, float, float]


def _opened(rows: list[_Opened]) -> str:
    if not rows:
        return "No deal was opened in these days."
    count = sum(row[3] for row in rows)
    said = f"{count:,} deal{'s were' if count > 1 else ' was'} opened"
    sums = []
    for code in sorted({row[0] for row in rows if row[0]}):
        total = sum(row[5] for row in rows if row[0] == code)
        weighted = sum(row[6] for row in rows if row[0] == code)
        sums.append(f"{total:,.0f} {code}, {weighted:,.0f} weighted")
    return f"{said}: {'; '.join(sums)}." if sums else f"{said}, none with an amount."


TABLES: dict[str, Callable[[Period], Table]] = {
    "lifetime": lifetime,
    "value_by_source": value_by_source,
    "value_by_score": value_by_score,
    "cost_by_source": cost_by_source,
    "pipeline_created": pipeline_created,
}
