"""What leads had done by an instant, as it was known then: read alike for reviews and for what is
learned."""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from handraise.scoring import known
from handraise.scoring.engines import Engine
from handraise.scoring.inputs import ACTIVITY, ASKED, MOMENTS
from handraise.scoring.known import beside
from handraise.scoring.matched import doubted, undoubted


def deeds(names: Sequence[str], engine: Engine) -> ibis.Table:
    """(lead_id, name, occurred_at, …): each activity of these names that was done and known by the
    lead's instant, without what a machine is held to have done."""
    owned = known.identities(ASKED)
    each = beside(MOMENTS, owned, {"lead_id": "lead_id"}, identity_id="identity_id")
    did = beside(
        each, ACTIVITY.filter(ACTIVITY.name.isin(list(names))), {"identity_id": "identity_id"},
        name="name", occurred_at="occurred_at", known_at="known_at", activity_id="id",
    )  # fmt: skip
    did = did.filter(did.occurred_at <= did.at, did.known_at <= did.known_by)
    return undoubted(did, doubted(None if engine.functions.reads_verdicts_whole else owned))
