"""Public holidays by country and part; the clock of working time leaves them out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from handraise.kit import public_holidays, working_time

SPRING = datetime(2026, 4, 2, 15, 0, tzinfo=UTC)  # Maundy Thursday
OFFICE = {str(day): [["09:00", "17:00"]] for day in range(5)}


def test_a_part_has_holidays_that_others_have_not() -> None:
    epiphany = date(2026, 1, 6)

    assert epiphany in public_holidays.days("DE-BY", SPRING)
    assert epiphany not in public_holidays.days("DE-BE", SPRING)
    assert public_holidays.days("", SPRING) == frozenset()


def test_they_reach_as_far_as_working_time_is_looked_for() -> None:
    found = public_holidays.days("NL", SPRING)

    assert date(2025, 12, 26) in found
    assert date(2036, 12, 25) in found


def test_the_clock_stands_still_on_them() -> None:
    found = public_holidays.days("DE", SPRING)

    due = working_time.add(
        SPRING, timedelta(hours=4), hours=OFFICE, zone="Europe/Berlin", holidays=found
    )

    # 15:00 UTC is 17:00 in Berlin: Good Friday, the weekend and Easter Monday follow.
    assert due == datetime(2026, 4, 7, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(("typed", "kept"), [("", ""), (" nl ", "NL"), ("de-by", "DE-BY")])
def test_a_code_is_kept_in_its_usual_spelling(typed: str, kept: str) -> None:
    assert public_holidays.checked(typed) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [("ZZ", "No public holidays are known of 'ZZ'."), ("-BY", "of a part need its country"),
     ("DE-XX", "Germany has no part 'XX' here; there are: BB, BE,"),
     ("NL-XX", "Netherlands has no part 'XX' here; there are: Midden,")],
)  # fmt: skip
def test_what_is_not_known_is_told(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        public_holidays.checked(typed)

    assert said in str(refused.value)


def test_every_country_has_a_name_and_a_code() -> None:
    named = dict(public_holidays.countries())

    assert named["NL"] == "Netherlands"
    assert named["GB"] == "United Kingdom"
    assert len(named) > 150
    # Ukraine has none while it is at war, and on three islands nobody lives.
    without = {code for code in named if not public_holidays.days(code, SPRING)}
    assert without <= {"BV", "HM", "IO", "UA"}
