"""Plans are kept for what asks for it, and for nothing else."""

from __future__ import annotations

import pytest
from django.db import connection

from handraise.leads.bulk import rows_of
from handraise.leads.kept_plans import kept_plans, planned_anew

pytestmark = pytest.mark.django_db


def runs_of(mark: str) -> int:
    """How often this connection ran a statement that it keeps, known by a word of it; 0 if none."""
    found = rows_of(
        "SELECT coalesce(sum(generic_plans + custom_plans), 0) FROM pg_prepared_statements"
        " WHERE strpos(statement, %s) > 0",
        [mark],
    )
    return int(found[0][0])


def test_a_statement_is_kept_and_used_again() -> None:
    with kept_plans():
        for pk in (1, 2, 3):
            rows_of("SELECT 'kept' FROM leads_lead WHERE id = %s", [pk])

    assert runs_of("'kept'") == 2


def test_nothing_is_kept_where_values_matter_nor_elsewhere() -> None:
    with kept_plans(), planned_anew():
        for _ in range(3):
            rows_of("SELECT 'anew' FROM leads_lead WHERE id = %s", [1])
    for _ in range(3):
        rows_of("SELECT 'plain' FROM leads_lead WHERE id = %s", [1])

    assert runs_of("'anew'") == 0
    assert runs_of("'plain'") == 0


def test_the_connection_is_as_it_was_also_after_an_error() -> None:
    connection.ensure_connection()
    raw = connection.connection
    before = raw.cursor_factory, raw.prepare_threshold

    with pytest.raises(ZeroDivisionError), kept_plans(), planned_anew():
        raise ZeroDivisionError

    assert (raw.cursor_factory, raw.prepare_threshold) == before
