"""What leads may be told apart by in a report: one list for pages, files and comparisons."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to part leads. `expression`: text of the query language over `standing` (the table
    feedback_standing), null or empty where it is not known. `facts`: what tells it of a lead as
    known at an instant, the first that is known of most; none where no fact does."""

    code: str
    name: str
    expression: str
    facts: tuple[str, ...] = ()


_SIZES = """case when standing.employees < 10 then '1 to 9' when standing.employees < 50
then '10 to 49' when standing.employees < 250 then '50 to 249' when standing.employees < 1000
then '250 to 999' when standing.employees >= 1000 then '1,000 and more' end"""
# Who has a name that others have as well is told apart by the address.
_OWNER = """(select case when person.name in (
        select name from team_user group by name having count(*) > 1)
    then person.name || ' (' || person.email || ')' else person.name end
from team_user person where person.id = standing.owner_id)"""

DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("source", "Source", "standing.source", ("source",)),
    Dimension("campaign", "Campaign", "standing.campaign", ("campaign",)),
    Dimension("content", "Content they came by", "standing.content"),
    Dimension("industry", "Industry", "standing.industry", ("company.industry", "industry")),
    Dimension("size", "Employees", _SIZES, ("company.employees", "employees")),
    Dimension("country", "Country", "standing.country", ("country", "company.country")),
    Dimension("owner", "Owner", _OWNER),
    Dimension("version", "Agreement version", "standing.version::text"),
    Dimension("grade", "Grade as MQL", "standing.grade"),
)
_BY_CODE = {dimension.code: dimension for dimension in DIMENSIONS}


def dimension(code: str) -> Dimension | None:
    """The dimension of that code, if there is one."""
    return _BY_CODE.get(code)
