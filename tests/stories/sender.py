"""A client of the tracking API in a process of its own: sends numbered messages, retries what was
not acknowledged with the same ids, and writes down what was.

    python -m tests.stories.sender ADDRESS KEY LOG STOP THREADS SEED

LOG gets one line for every message that was sent (`? id`) and acknowledged (`+ id`). When the file
STOP appears, no new message is begun; what is open is retried for a minute.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE = 60.0


class Sender:
    """One thread's work: one message or a batch at a time, until it is acknowledged."""

    def __init__(self, address: str, key: str, log: int, stop: Path, name: str) -> None:
        self.host = urlsplit(address).netloc
        self.key, self.log, self.stop, self.name = key, log, stop, name
        self.random = random.Random(name)
        self.connection: http.client.HTTPConnection | None = None
        self.count = 0

    def run(self) -> None:
        while not self.stop.exists():
            size = self.random.choice((1, 1, 1, 5, 40))
            messages = [self._message() for _ in range(size)]
            self._write("?", messages)
            if not self._insist(messages):
                return
            self._write("+", messages)

    def _message(self) -> dict[str, object]:
        self.count += 1
        return {
            "type": "track",
            "messageId": f"{self.name}-{self.count}",
            "userId": f"person {self.random.randrange(200)}",
            "event": self.random.choice(("Content Downloaded", "Webinar Attended", "Looked")),
            "properties": {"n": self.count},
        }

    def _insist(self, messages: list[dict[str, object]]) -> bool:
        """Send until acknowledged; False when that could not be had after the end."""
        give_up_at = None
        while not self._post(messages):
            time.sleep(self.random.uniform(0.02, 0.2))
            if give_up_at is None and self.stop.exists():
                give_up_at = time.monotonic() + PATIENCE
            if give_up_at is not None and time.monotonic() > give_up_at:
                return False
        return True

    def _post(self, messages: list[dict[str, object]]) -> bool:
        path, body = "/v1/batch", json.dumps({"batch": messages})
        if len(messages) == 1:
            path, body = "/v1/track", json.dumps(messages[0])
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, timeout=10)
            self.connection.request("POST", path, body, headers)
            answer = self.connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return False
        if answer.status == 200 and json.loads(said).get("refused"):
            raise AssertionError(f"A good message was refused: {said!r}")
        if answer.status in (400, 401, 405, 413):
            raise AssertionError(f"A good call was refused: {answer.status} {said!r}")
        return answer.status == 200

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def _write(self, mark: str, messages: list[dict[str, object]]) -> None:
        lines = "".join(f"{mark} {message['messageId']}\n" for message in messages)
        os.write(self.log, lines.encode())  # one append a call: whole, whatever is killed


def main() -> None:
    address, key, log, stop, threads, seed = sys.argv[1:]
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            Sender(address, key, descriptor, Path(stop), f"{seed}-{number}").run()
        except BaseException as fault:
            faults.append(fault)
            raise

    started = [threading.Thread(target=work, args=(number,)) for number in range(int(threads))]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
