"""What is said over a connection that nobody waits for, to a server that answers as it likes."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from smtplib import SMTP
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from handraise.post.decide import End, Outcome, Server
from handraise.sends.composing import Mail
from handraise.sends.talking import Talk

AT_ONCE = b"250-there\r\n250 PIPELINING\r\n"
IN_TURN = b"250 there\r\n"
TEXT = b"Subject: Hello\r\n\r\n.a line\r\n"


class Script:
    """A server that says one answer for each line it hears, and keeps what it heard."""

    def __init__(self, greeting: bytes, answers: dict[str, bytes]) -> None:
        self.answers, self.greeting = answers, greeting
        self.heard: list[bytes] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listening.getsockname()[1])
        self.thread = Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        line, _ = self.listening.accept()
        with suppress(OSError), line, line.makefile("rb") as file:  # we may leave first
            line.sendall(b"220 there\r\n")
            is_text = False
            for heard in file:
                self.heard.append(heard)
                if is_text and heard != b".\r\n":
                    continue
                verb = "TEXT" if is_text else heard[:4].decode().strip().upper()
                answer = self._answer(verb)
                is_text = answer.startswith(b"354")
                if answer == b"hangs up":
                    return
                line.sendall(answer)

    def _answer(self, verb: str) -> bytes:
        usual = {"EHLO": self.greeting, "DATA": b"354 Go on\r\n"}
        return self.answers.get(verb) or usual.get(verb, b"250 Good\r\n")

    def verbs(self) -> list[str]:
        return [line[:4].decode().strip() for line in self.heard[1:]]


Open = Callable[..., tuple[Talk, Script]]


@pytest.fixture
def opened() -> Iterator[Open]:
    made: list[tuple[Talk, Script]] = []

    def open_(greeting: bytes = AT_ONCE, timeout: float = 20.0, **answers: bytes) -> Any:
        script = Script(greeting, answers)
        spoken = SMTP("127.0.0.1", script.port, timeout=5)
        spoken.ehlo()
        server = Server("127.0.0.1", script.port)
        made.append((Talk(spoken, server, timeout), script))
        return made[-1]

    yield open_
    for talk, script in made:
        talk.close()
        script.listening.close()
        script.thread.join()


def mail(to: str = "ada@acme.example") -> Mail:
    sender = ("", "us@house.example")
    return Mail(None, sender[1], to, sender, ("", to), "", (), "", "", ())  # type: ignore[arg-type]


def handed(talk: Talk, one: Mail | None = None, text: bytes = TEXT) -> tuple[Outcome, bool]:
    """The outcome of one mail, and whether its text was asked for."""
    outcome, was_asked = talk.begin(one or mail(), text), False
    deadline = monotonic() + 20
    while outcome is None:
        assert monotonic() < deadline
        if talk.is_asking:
            was_asked = True
            outcome = talk.give_text()
        else:
            outcome = talk.advance()
    return outcome, was_asked


@pytest.mark.parametrize("greeting", [AT_ONCE, IN_TURN])
def test_one_mail_after_another_goes_over_it(opened: Open, greeting: bytes) -> None:
    talk, script = opened(greeting)

    assert [handed(talk)[0].end for _ in range(3)] == [End.SENT] * 3

    assert talk.is_free()
    assert script.verbs()[:3] == ["MAIL", "RCPT", "DATA"]
    assert script.heard.count(b"..a line\r\n") == 3


@pytest.mark.parametrize("greeting", [AT_ONCE, IN_TURN])
@pytest.mark.parametrize("where", ["MAIL", "RCPT", "DATA"])
def test_who_is_not_taken_is_given_no_text(opened: Open, greeting: bytes, where: str) -> None:
    says = {"DATA": b"503 Not now\r\n"} | {where: b"550 5.1.1 No such\r\n"}
    talk, script = opened(greeting, **says)

    outcome, was_asked = handed(talk)

    assert (outcome.end, was_asked) == (End.FAILED, False)
    assert "550 5.1.1 No such" in outcome.words
    assert outcome.refused == ({"ada@acme.example": "550 5.1.1 No such"} if where == "RCPT" else {})
    assert b".\r\n" not in script.heard


def test_a_server_that_wants_the_text_for_nobody_does_not_get_it(opened: Open) -> None:
    talk, script = opened(RCPT=b"450 Busy\r\n")

    outcome, was_asked = handed(talk)

    assert (outcome.end, was_asked) == (End.LATER, False)
    assert outcome.words == "ada@acme.example: 450 Busy"
    assert talk.is_over
    script.thread.join()
    assert script.verbs() == ["MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("greeting", [AT_ONCE, IN_TURN])
def test_after_a_refusal_the_next_mail_goes(opened: Open, greeting: bytes) -> None:
    talk, script = opened(greeting, TEXT=b"452 Full\r\n")

    assert handed(talk)[0].words == "452 Full"
    while not talk.is_free():
        talk.advance()
    script.answers.clear()

    assert handed(talk)[0].end is End.SENT
    assert "RSET" in script.verbs()


@pytest.mark.parametrize(
    ("where", "end"), [("MAIL", End.LATER), ("DATA", End.LATER), ("TEXT", End.UNCLEAR)]
)
@pytest.mark.parametrize("answer", [b"hangs up", b"gibberish\r\n", b"2" * 70_000])
def test_a_connection_that_breaks_tells_what_may_have_arrived(
    opened: Open, where: str, end: End, answer: bytes
) -> None:
    talk, _ = opened(**{where: answer})

    assert handed(talk)[0].end is end

    assert talk.is_over


@pytest.mark.parametrize(("where", "end"), [("RCPT", End.LATER), ("TEXT", End.UNCLEAR)])
def test_a_server_that_falls_silent_is_left(opened: Open, where: str, end: End) -> None:
    talk, _ = opened(IN_TURN, timeout=0.05, **{where: b"250-and more\r\n"})

    outcome, _ = handed(talk)

    assert outcome.end is end
    assert "did not answer in time" in outcome.words


def test_an_answer_that_runs_into_the_next_refuses_nobody(opened: Open) -> None:
    talk, _ = opened(AT_ONCE, RCPT=b"250-and more\r\n")

    outcome, _ = handed(talk)

    assert (outcome.end, outcome.refused) == (End.LATER, {})


def test_a_long_text_goes_in_pieces(opened: Open) -> None:
    talk, script = opened()
    text = b"A line of a long text.\r\n" * 200_000

    assert handed(talk, text=text)[0].end is End.SENT

    assert len(b"".join(script.heard)) > len(text)


def test_a_server_that_leaves_at_rest_is_noticed(opened: Open) -> None:
    talk, script = opened(NOOP=b"hangs up")
    talk.sock.sendall(b"NOOP\r\n")
    script.thread.join()

    talk.look_up()

    assert talk.is_over


def test_what_a_server_cannot_take_is_not_begun(opened: Open) -> None:
    talk, script = opened(b"250-there\r\n250 SIZE 20\r\n")

    assert handed(talk)[0].end is End.FAILED
    assert handed(talk, mail("jürgen@acme.example"), b"x")[0].end is End.FAILED
    assert script.verbs() == []
