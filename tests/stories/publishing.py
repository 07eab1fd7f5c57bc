"""People and companies by the thousand, or a second signed version, in a process of its own.

python -m tests.stories.publishing DATA crowd COUNT
python -m tests.stories.publishing DATA publish POINTS
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from config.session import session


def main() -> None:
    with session(Path(sys.argv[1])):
        if sys.argv[2] == "crowd":
            _crowd(int(sys.argv[3]))
        else:
            _publish(sys.argv[3])


def _crowd(count: int) -> None:
    from bench.filled import fill

    fill(leads=count, activities=count * 5)


def _publish(points: str) -> None:
    from handraise.agreement import actions, shipped
    from handraise.leads.decide import Via
    from handraise.team.models import User

    at = datetime.now(UTC)
    mark, mia = (User.objects.get(name=name) for name in ("Mark", "Mia"))
    text = shipped.text().replace("points: 60", f"points: {points}", 1)
    version = actions.propose(text, note="", by=mark, at=at, via=Via.SHELL)
    for signer in (mark, mia):
        actions.sign(version, by=signer, at=at, via=Via.SHELL)
    print(version.number)


if __name__ == "__main__":
    main()
