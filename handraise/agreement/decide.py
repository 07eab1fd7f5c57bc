"""Closed lists of the agreement: the states of a version, the sides that sign, who may sign."""

from enum import StrEnum

from handraise.team.decide import Role


class State(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    MARKETING = "marketing"
    SALES = "sales"

    @property
    def label(self) -> str:
        return self.value.capitalize()


SHIPPED_LISTS = ("disposable_email", "free_email")

_SIDES = {
    Role.MARKETING: Side.MARKETING,
    Role.SALES_DEVELOPMENT: Side.SALES,
    Role.SALES: Side.SALES,
}


def side_of(role: str) -> Side | None:
    """The side a person of this role signs for; None for those who sign for neither."""
    return _SIDES.get(Role(role))
