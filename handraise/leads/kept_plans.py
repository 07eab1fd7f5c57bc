"""Statements whose plans are kept with the connection, for pages that ask many small ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.http import HttpResponse

P = ParamSpec("P")

# A page of one lead joins by its id and finds few rows: planning took longer than running, and one
# plan fits every lead. PostgreSQL makes five plans for five leads before it keeps one, and goes on
# planning what the kept one would be worse for.
AFTER = 1  # times that a statement was asked on this connection
MOST = 300  # kept on a connection; what was asked longest ago is forgotten


@contextmanager
def kept_plans(after: int = AFTER) -> Iterator[None]:
    """What is asked meanwhile is planned once for many requests, if asked more than `after` times.

    Only for statements whose plan is right for any values of their parameters: Django's own way,
    which pastes values into the text, is the better one for everything else.
    """
    connection.ensure_connection()
    raw = connection.connection
    before = raw.cursor_factory, raw.prepare_threshold
    raw.cursor_factory, raw.prepare_threshold = ServerBindingCursor, after
    raw.prepared_max = MOST
    try:
        yield
    finally:
        raw.cursor_factory, raw.prepare_threshold = before


@contextmanager
def planned_anew() -> Iterator[None]:
    """What is asked meanwhile is planned for its own values, also within `kept_plans`."""
    connection.ensure_connection()
    raw = connection.connection
    before, raw.prepare_threshold = raw.prepare_threshold, None
    try:
        yield
    finally:
        raw.prepare_threshold = before


def with_kept_plans(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """A view whose statements, and those of its template, are planned once for many requests."""

    @wraps(view)
    def keeping(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with kept_plans():
            return view(*args, **kwargs)

    return keeping
