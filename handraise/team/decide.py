"""Who may do what: the roles, and one table of permissions."""

from datetime import UTC, datetime
from enum import StrEnum

from handraise.kit import public_holidays, working_time


class Role(StrEnum):
    MARKETING = "marketing"
    SALES_DEVELOPMENT = "sales_development"
    SALES = "sales"
    REVENUE_OPERATIONS = "revenue_operations"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Permission(StrEnum):
    SEE = "see"  # leads, handovers, agreement, reports
    EDIT_LEADS = "edit_leads"  # create, edit, tag, log by hand, merge, undo a merge
    IMPORT = "import"  # run and undo imports, replay drops
    EXPORT = "export"
    PROPOSE = "propose"  # draft and propose an agreement
    SIGN_MARKETING = "sign_marketing"
    SIGN_SALES = "sign_sales"
    TAKE = "take"  # accept and reject handovers
    QUALIFY = "qualify"  # move accepted leads on
    NURTURE = "nurture"  # purposes of consent, forms, messages, journeys, suppression
    EQUIP_SALES = "equip_sales"  # write scripts, assets, key messages, playbooks
    OVERRIDE = "override"  # act for somebody else, reassign, pass criteria with a reason
    ADMINISTER = "administer"  # people, keys


_R, _P = Role, Permission
_ALLOWED: dict[Role, frozenset[Permission]] = {
    _R.MARKETING: frozenset(
        {
            _P.SEE,
            _P.EDIT_LEADS,
            _P.IMPORT,
            _P.EXPORT,
            _P.PROPOSE,
            _P.SIGN_MARKETING,
            _P.EQUIP_SALES,
            _P.NURTURE,
        }
    ),
    _R.SALES_DEVELOPMENT: frozenset(
        {_P.SEE, _P.EDIT_LEADS, _P.TAKE, _P.QUALIFY, _P.PROPOSE, _P.SIGN_SALES}
    ),
    _R.SALES: frozenset({_P.SEE, _P.EDIT_LEADS, _P.TAKE, _P.QUALIFY, _P.PROPOSE, _P.SIGN_SALES}),
    _R.REVENUE_OPERATIONS: frozenset(_P) - {_P.SIGN_MARKETING, _P.SIGN_SALES},
    _R.VIEWER: frozenset({_P.SEE}),
}
_MANAGER_ALSO = frozenset({_P.OVERRIDE, _P.EXPORT, _P.EQUIP_SALES})


def may(role: str, permission: Permission, *, is_manager: bool = False) -> bool:
    """Whether a person of this role may; a manager of a working one may also override and so on."""
    known = Role(role)
    if permission in _ALLOWED[known]:
        return True
    return is_manager and known is not Role.VIEWER and permission in _MANAGER_ALSO


class Refused(ValueError):
    """A wish that cannot be granted; its text is a sentence for the person who asked."""


OFFICE_HOURS: dict[str, list[list[str]]] = {str(day): [["09:00", "17:00"]] for day in range(5)}


def checked_hours(hours: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
    """Working hours with only known weekdays and readable spans; days without spans go.

    Raises Refused with a sentence.
    """
    unknown = hours.keys() - {"0", "1", "2", "3", "4", "5", "6"}
    if unknown:
        raise Refused(f"{min(unknown)!r} is not a weekday.")
    kept = {day: spans for day, spans in sorted(hours.items()) if spans}
    try:
        working_time.is_working(_ANY_INSTANT, hours=kept, zone="UTC")
    except ValueError as unreadable:
        raise Refused(str(unreadable)) from None
    return kept


def checked_holidays(place: str) -> str:
    """A place whose public holidays are known, or the empty one. Raises Refused."""
    try:
        return public_holidays.checked(place)
    except ValueError as unknown:
        raise Refused(str(unknown)) from None


_ANY_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
