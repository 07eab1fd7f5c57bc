"""How people are called in tables: by name, and where several have the same, by address as well."""

from __future__ import annotations

from collections import Counter

from handraise.team.models import User


def told_apart() -> dict[int, str]:
    """Everybody by id; no two are called alike. As `dimensions` calls owners."""
    rows = list(User.objects.values_list("pk", "name", "email"))
    often = Counter(name for _, name, _ in rows)
    return {pk: name if often[name] == 1 else f"{name} ({email})" for pk, name, email in rows}
