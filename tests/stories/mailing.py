"""Leads with an address each and a message to all of them, due at once, in a process of its own.

python -m tests.stories.mailing DATA COUNT
"""

import sys
from pathlib import Path

from config.session import session


def main() -> None:
    with session(Path(sys.argv[1])):
        from bench.sending import people, want_all

        want_all(people(int(sys.argv[2])), "guide")


if __name__ == "__main__":
    main()
