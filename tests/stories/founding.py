"""Found an installation in a process of its own: people, an agreement signed by both sides, and a
write key, which it prints.

    python -m tests.stories.founding DATA
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from config.session import session


def main() -> None:
    with session(Path(sys.argv[1])):
        from handraise.agreement import actions as agreement
        from handraise.agreement.shipped import text
        from handraise.capture.keys import create_key
        from handraise.leads.decide import SourceKind, Via
        from handraise.team.actions import add_team, add_user

        at = datetime.now(UTC)
        team = add_team(name="Sales development", by=None, at=at)
        rita, mark, mia = (
            add_user(email=f"{name.lower()}@team.example", name=name, role=role,
                     password="correct horse battery", team=team if name == "Mia" else None,
                     by=None, at=at)
            for name, role in (("Rita", "revenue_operations"), ("Mark", "marketing"),
                               ("Mia", "sales_development"))
        )  # fmt: skip
        version = agreement.propose(text(), note="", by=rita, at=at, via=Via.SHELL)
        for signer in (mark, mia):
            agreement.sign(version, by=signer, at=at, via=Via.SHELL)
        print(create_key(kind=SourceKind.API, name="Story", by=rita, at=at)[1])


if __name__ == "__main__":
    main()
