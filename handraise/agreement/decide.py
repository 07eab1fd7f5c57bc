"""Closed lists of the agreement: the states of a version, the sides that sign."""

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    MARKETING = "marketing"
    SALES = "sales"
