"""Every bench in turn, each in a process of its own: `make bench`.

Figures mean something only where nothing else runs; compare the ratios, not the seconds.
"""

import subprocess
import sys
from pathlib import Path

SUBJECTS = (
    "capture", "digest", "lake", "latency", "pages", "reporting", "scoring", "offering", "bulk",
    "crossing", "routing", "review", "reviewing", "sending", "rendering", "journeys",
)  # fmt: skip


def main() -> None:
    failed = []
    for subject in SUBJECTS:
        if not (Path(__file__).parent / f"{subject}.py").exists():
            continue
        print(f"== {subject}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{subject}"], check=False).returncode:
            failed.append(subject)
    sys.exit(f"These failed: {', '.join(failed)}." if failed else 0)


if __name__ == "__main__":
    main()
