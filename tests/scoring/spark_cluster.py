"""A Spark cluster of its own: a master and two workers, three processes on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark
import pytest

SPARK = Path(pyspark.__file__).parent
WORKERS = 2
_STARTS_WITHIN = 120.0


def needs_java() -> None:
    """Skip without Java, which is not a Python package; in CI it must be there."""
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        if os.environ.get("CI"):
            pytest.fail("Spark needs Java, and CI must have it.")
        pytest.skip("Spark needs Java.")


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a master at which two workers have registered; all end with the block."""
    with ExitStack() as processes:
        log = folder / "master.log"
        processes.enter_context(
            _started("master.Master", ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"],
                     log)
        )  # fmt: skip
        address = _said(log, r"Starting Spark master at (spark://\S+)")
        for place in range(WORKERS):
            home = folder / f"worker-{place}"
            home.mkdir()
            own = ["--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "640m"]
            processes.enter_context(
                _started("worker.Worker", [*own, "--work-dir", str(home), address],
                         folder / f"worker-{place}.log")
            )  # fmt: skip
        for place in range(WORKERS):
            _said(folder / f"worker-{place}.log", r"(Successfully registered with master)")
        yield address


@contextmanager
def _started(name: str, arguments: list[str], log: Path) -> Iterator[None]:
    environment = {
        **os.environ, "SPARK_HOME": str(SPARK), "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m", "SPARK_NO_DAEMONIZE": "1",
    }  # fmt: skip
    command = [str(SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _said(log: Path, pattern: str) -> str:
    """What a process wrote into its log, awaited."""
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until:
        found = re.search(pattern, log.read_text())
        if found:
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"Not within {_STARTS_WITHIN:.0f} s: {pattern}\n{log.read_text()}")


__all__ = ["cluster", "needs_java"]
