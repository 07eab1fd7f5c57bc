"""One load for every server: as many connections as asked, each posting and waiting, for seconds.

Uses `wrk` where it is installed (Debian: apt-get install wrk), else a lean client of our own in a
process of its own. Either is used for all servers of one bench, so that ratios compare like with
like.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

_SCRIPT = """
wrk.method = "POST"
wrk.body = [==[{body}]==]
{headers}
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\nRESULT {{"requests": %d, "seconds": %f, "p50_ms": %f, "p95_ms": %f, "failed": %d}}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What a server did: how many requests in how many seconds, how slow, how many failed."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    failed: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def __str__(self) -> str:
        said = (
            f"{self.rate:8.0f} requests/s   p50 {self.p50_ms:6.1f} ms   p95 {self.p95_ms:6.1f} ms"
        )
        return said + (f"   {self.failed} FAILED" if self.failed else "")


def client() -> str:
    return "wrk" if shutil.which("wrk") else "a client of our own"


def post(
    port: int, path: str, body: bytes, headers: dict[str, str], *, connections: int, seconds: int
) -> Load:
    """Post `body` again and again to a server on 127.0.0.1."""
    if shutil.which("wrk"):
        return _by_wrk(port, path, body, headers, connections, seconds)
    told = json.dumps([port, path, body.decode(), headers, connections, seconds])
    ran = subprocess.run(
        [sys.executable, "-m", "bench.load", told], check=True, capture_output=True, text=True
    )
    return Load(**json.loads(ran.stdout))


def _by_wrk(
    port: int, path: str, body: bytes, headers: dict[str, str], connections: int, seconds: int
) -> Load:
    lines = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT.format(body=body.decode(), headers=lines))
        script.flush()
        ran = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script.name,
             f"http://127.0.0.1:{port}{path}"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    result = next(line for line in ran.stdout.splitlines() if line.startswith("RESULT "))
    return Load(**json.loads(result.removeprefix("RESULT ")))


async def _by_ourselves(
    port: int, path: str, body: str, headers: dict[str, str], connections: int, seconds: int
) -> Load:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    length = len(body.encode())
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {length}\r\n{lines}\r\n"
    call = (head + body).encode()
    times: list[float] = []
    failed = 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begun := time.perf_counter()) < end:
            writer.write(call)
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(answer.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            await reader.readexactly(length)
            times.append(time.perf_counter() - begun)
            failed += not answer.startswith(b"http/1.1 200")
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    took = time.perf_counter() - begun
    times.sort()
    return Load(
        len(times), took, times[len(times) // 2] * 1e3, times[len(times) * 95 // 100] * 1e3, failed
    )


if __name__ == "__main__":
    import uvloop

    print(json.dumps(vars(uvloop.run(_by_ourselves(*json.loads(sys.argv[1]))))))
