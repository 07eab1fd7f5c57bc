"""Every pattern that an agreement may hold is read alike by RE2 and by PostgreSQL."""

from __future__ import annotations

import pytest
import re2
from django.db import connection
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from handraise.agreement.conditions import ConditionError, Test, parse

ATOMS = [
    "a", "b", "4", " ", ".", "^", "$", "*", "+", "?", "|", "(?:", ")", "[ab]", "[^a-c]", "[a-]",
    "[-a]", "{2}", "{1,}", "{0,2}", "{300}", "{,3}", r"\d", r"\.", r"\/", r"\{", "{", "-", "[.]",
    "??", "*?", "%",
]  # fmt: skip
TEXTS = ["", "a", "b", "ab", "aab", "4", "a4b", "a.b", "{", "a{,3}", "ba ab", "aaa", "-", "a\\b"]


@pytest.mark.django_db
@settings(max_examples=300, deadline=None, database=None)
@given(pattern=st.lists(st.sampled_from(ATOMS), min_size=1, max_size=6).map("".join))
def test_it_is_refused_or_read_alike(pattern: str) -> None:
    try:
        test = parse({"title": {"matches": pattern}})
    except ConditionError:
        assume(False)
        return

    assert isinstance(test, Test)
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(t ~ %s) FROM unnest(%s::text[]) t", [pattern, TEXTS])
        (found,) = cursor.fetchone()
    assert found == [re2.search(pattern, text) is not None for text in TEXTS]


@pytest.mark.parametrize("pattern", ["^*", "a$+", "^{2}", "a{256}", "(?:a){1,300}"])
def test_what_databases_read_differently_is_refused(pattern: str) -> None:
    with pytest.raises(ConditionError, match="repeats"):
        parse({"title": {"matches": pattern}})


@pytest.mark.parametrize("pattern", [r"\^*", "a{255}", r"\$+x", "x+$", "[^a]*"])
def test_what_looks_alike_and_is_harmless_is_taken(pattern: str) -> None:
    assert parse({"title": {"matches": pattern}})
