"""Where a lead's clock stands: what they told, else the one obvious zone of their country."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from handraise.sends.zones import _by_country, zone_of, zone_of_country


@pytest.mark.parametrize(
    ("told", "countries", "zone"),
    [
        (["Asia/Tokyo"], ["Germany"], "Asia/Tokyo"),
        (["CEST?", " europe/berlin "], [], "Europe/Berlin"),
        (["nowhere", "\x00", "../../etc/passwd"], ["Portugal"], "Europe/Lisbon"),
        ([], ["", "DE"], "Europe/Berlin"),
        ([], ["  österreich "], "Europe/Vienna"),
        ([], ["Côte d’Ivoire"], "Africa/Abidjan"),
        ([], ["Great Britain"], "Europe/London"),
        ([], ["United States", "Germany"], "America/Denver"),
        ([], ["Atlantis"], "America/Denver"),
        ([], [], "America/Denver"),
    ],
)
def test_the_zone_of_a_lead(told: list[str], countries: list[str], zone: str) -> None:
    assert zone_of(told, countries, otherwise="America/Denver") == zone


@pytest.mark.parametrize("country", ["United States", "us", "Canada", "Brazil", "Russia", "AU"])
def test_no_zone_is_guessed_for_a_country_of_several(country: str) -> None:
    assert zone_of_country(country) is None


def test_every_zone_of_the_table_is_known() -> None:
    table = _by_country()

    assert len(table) > 450
    assert all(ZoneInfo(zone) for zone in set(table.values()))
