"""Lists as people have them: text, CSV of any kind, and what cannot be read is named."""

from __future__ import annotations

import pytest

from handraise.consent.decide import Refused, barred, domains_of, folded, masked
from handraise.consent.reading import MOST_LINES, decoded, listed

ADA, BEN = "ada@engines.example", "ben@summit.example"


@pytest.mark.parametrize(
    "text",
    [
        f"{ADA}\n{BEN}",
        f"\n# old ones\n {ADA.upper()} \r\n\r\n{BEN}\n",
        f"Email\n{ADA}\n{BEN}",
        f"Name;E-Mail-Adresse;Reason\nAda;{ADA};left\nBen;{BEN};\n",
        f'id,email,note\n1,{ADA},"a, b"\n2,"{BEN}",\n',
        f"1\t{ADA}\n2\t{BEN}",
        f"Ada Lovelace <{ADA}>\nBen <{BEN}>",
    ],
)
def test_addresses_are_found_however_the_list_is_written(text: str) -> None:
    found = listed(text, barred)

    assert (found.values, found.faults) == ([ADA, BEN], [])


def test_domains_are_found_beside_addresses() -> None:
    assert listed(f"domain\n@rival.example\nrival2.example\n{ADA}", barred).values == [
        "rival.example", "rival2.example", ADA,
    ]  # fmt: skip


def test_every_line_that_cannot_be_read_is_named() -> None:
    found = listed(
        f"{ADA}\nno address\n\n{BEN}\n=cmd|' /C calc'!A0\n{ADA}\na\x00b@c.example", barred
    )

    assert found.values == [ADA, BEN]
    assert (found.lines, found.doubles, found.fault_count) == (6, 1, 3)
    assert [number for number, _ in found.faults] == [2, 5, 7]
    assert "'no address' is neither an e-mail address nor a domain." in found.faults[0][1]


def test_an_open_quote_spoils_its_line_alone() -> None:
    found = listed(f'email,name\n{ADA},"open\n{BEN},x', barred)

    assert found.values == [ADA, BEN]


def test_a_line_without_the_column_is_a_fault() -> None:
    found = listed(f"name,email\nAda,{ADA}\nBen", barred)

    assert [number for number, _ in found.faults] == [3]


def test_nothing_is_nothing() -> None:
    assert listed("\n \n# only words\n", barred).lines == 0


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(Refused, match="at most"):
        listed("a@b.example\n" * (MOST_LINES + 1), barred)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_old_programs_are_read(encoding: str) -> None:
    assert decoded(f"Größe;{ADA}".encode(encoding)) == f"Größe;{ADA}"


def test_addresses_are_compared_in_one_spelling() -> None:
    assert folded(" Eva@MÜLLER.example ") == "eva@xn--mller-kva.example"
    assert domains_of("a@x.y.example") == ["x.y.example", "y.example"]
    assert domains_of("no address") == []
    assert masked("ada@engines.example") == "a…@engines.example"
    assert masked("") == ""
