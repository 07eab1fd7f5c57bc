"""A connection to a mail server that is spoken over without waiting for it, one mail at a time.

It says what `post.mailing.hand_over` says, in fewer turns where the server offers PIPELINING
(RFC 2920). Until the server has asked for the text nothing was handed over; from the first of its
bytes until the answer nobody can know.
"""

from __future__ import annotations

import smtplib
import ssl
from collections import deque
from contextlib import suppress
from time import monotonic

from handraise.post.decide import End, Outcome, Server
from handraise.post.mailing import Stopped, dotted, fault_of, said, taken, text_answered, unanswered
from handraise.sends.composing import Mail

_MOST = 65_536  # bytes of one answer
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Talk:
    """One connection. `begin` a mail, `advance` whenever it may go on, and `give_text` once the
    server `is_asking` for it; the outcome is of `advance`."""

    def __init__(self, spoken: smtplib.SMTP, server: Server, timeout: float) -> None:
        assert spoken.sock is not None
        self.spoken, self.server, self.timeout = spoken, server, timeout
        self.sock = spoken.sock
        self.sock.setblocking(False)
        self.at_once = spoken.has_extn("pipelining")
        self.is_asking = self.is_handed = self.is_over = False
        self.unsaid = memoryview(b"")
        self.heard = bytearray()
        self.commands: deque[bytes] = deque()
        self.awaited: deque[str] = deque()
        self.stopped: Outcome | None = None
        self.moved_at = monotonic()

    def begin(self, mail: Mail, message: bytes) -> Outcome | None:
        """Announce a mail; its outcome where nothing need be said for it."""
        self.recipient, self.message = mail.recipient, message
        self.is_asking = self.is_handed = False
        self.stopped = None
        try:
            options = " SMTPUTF8 BODY=8BITMIME" if self._needs_utf8(mail) else ""
            self._check_size(message)
        except Stopped as stopped:
            return stopped.outcome
        lines = (f"MAIL FROM:<{mail.mail_from}>{options}", f"RCPT TO:<{mail.recipient}>", "DATA")
        self.commands = deque(line.encode() + b"\r\n" for line in lines)
        self.awaited = deque(("MAIL", "RCPT", "DATA"))
        self._say(b"".join(self.commands) if self.at_once else self.commands.popleft())
        return self.advance()

    def advance(self) -> Outcome | None:
        """Say and hear as much as can be now; the outcome once there is one."""
        try:
            while self._write() and self.awaited and not self.is_asking:
                answer = self._answer()
                if answer is None:
                    break
                outcome = self._hear(*answer)
                if outcome is not None:
                    return outcome
        except (OSError, smtplib.SMTPException) as fault:
            return self.broken(fault)
        return self.broken(TimeoutError()) if self.is_late() else None

    def give_text(self) -> Outcome | None:
        """What was asked for. It may have arrived from here on."""
        self.is_asking, self.is_handed = False, True
        self.awaited.append("TEXT")
        self._say(dotted(self.message, is_tidy=True))
        return self.advance()

    def broken(self, fault: Exception) -> Outcome:
        """The connection is of no use any more; what that means for the mail."""
        self.close()
        if self.is_handed:
            return unanswered(fault)
        return self.stopped or Outcome(End.LATER, fault_of(fault, self.server))

    def is_free(self) -> bool:
        """Whether the next mail may be begun: that nothing is left to be heard of the last."""
        return not self.is_over and not self.awaited and not self.unsaid

    def look_up(self) -> None:
        """At rest nothing is to be heard: a server that speaks then, or hangs up, has left."""
        try:
            self.sock.recv(1)
        except _NOT_NOW:  # a word of the encryption itself
            return
        except OSError:
            pass
        self.close()

    def close(self) -> None:
        """Without a word: whoever is at rest may say goodbye, see `leave`."""
        self.is_over = True
        self.awaited.clear()
        self.unsaid = memoryview(b"")
        self.spoken.close()

    def leave(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            if self.is_free():
                self.sock.settimeout(1.0)
                self.spoken.quit()
        self.close()

    def _hear(self, code: int, words: bytes) -> Outcome | None:
        what = self.awaited.popleft()
        if what == "RESET":
            return None
        if what == "TEXT":
            return self._ended(text_answered(code, words))
        try:
            self._judge(what, code, words)
        except Stopped as stopped:
            self.stopped = self.stopped or stopped.outcome
        if self.stopped is None and what == "DATA":
            self.is_asking = True
        elif self.stopped is None and self.commands and not self.at_once:
            self._say(self.commands.popleft())
        elif self.stopped is not None and (not self.at_once or what == "DATA" or code == 421):
            if what == "DATA" and code == 354:  # it waits for a text that nobody shall get
                self.close()
            self.awaited.clear()
            return self._ended(self.stopped)
        return None

    def _judge(self, what: str, code: int, words: bytes) -> None:
        """Raises Stopped with the outcome where the server does not go along."""
        if what == "RCPT" and code != 421 and not 200 <= code < 300:
            told = said(code, words)
            end = End.FAILED if 500 <= code < 600 else End.LATER
            refused = {} if end is End.LATER else {self.recipient: told}
            raise Stopped(Outcome(end, f"{self.recipient}: {told}", refused))
        taken((code, words), wanted=354 if what == "DATA" else 250)

    def _ended(self, outcome: Outcome) -> Outcome:
        """Leave the connection ready for the next mail, or closed."""
        if outcome.words.startswith("421"):
            self.close()
        elif outcome.end is not End.SENT and not self.is_over:
            self.awaited.append("RESET")
            self._say(b"RSET\r\n")
            try:
                self._write()
            except OSError:
                self.close()
        return outcome

    def _needs_utf8(self, mail: Mail) -> bool:
        if mail.mail_from.isascii() and mail.recipient.isascii():
            return False
        if not self.spoken.has_extn("smtputf8"):
            said_so = "The mail server takes no addresses with letters outside ASCII before the @."
            raise Stopped(Outcome(End.FAILED, said_so))
        return True

    def _check_size(self, message: bytes) -> None:
        most = self.spoken.esmtp_features.get("size", "")
        if most.isdecimal() and 0 < int(most) < len(message):
            raise Stopped(Outcome(End.FAILED, "The server takes no mail of this size."))

    def _say(self, words: bytes) -> None:
        self.unsaid = memoryview(words)
        self.moved_at = monotonic()

    def _write(self) -> bool:
        """Whether all is written that is to be said."""
        try:
            while self.unsaid:
                self.unsaid = self.unsaid[self.sock.send(self.unsaid) :]
                self.moved_at = monotonic()
        except _NOT_NOW:
            return False
        return True

    def _answer(self) -> tuple[int, bytes] | None:
        """The next whole answer, of one line or several; None while it is not there."""
        while (found := self._whole()) is None:
            try:
                more = self.sock.recv(8192)
            except _NOT_NOW:
                return None
            if not more:
                raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
            self.moved_at = monotonic()
            self.heard += more
            if len(self.heard) > _MOST:
                raise smtplib.SMTPException("its answer has no end")
        return found

    def _whole(self) -> tuple[int, bytes] | None:
        begin, words, codes = 0, list[bytes](), set[bytes]()
        while (end := self.heard.find(b"\n", begin)) >= 0:
            line = bytes(self.heard[begin:end]).rstrip(b"\r")
            begin = end + 1
            words.append(line[4:].strip())
            codes.add(line[:3])
            # Every line of an answer has its code (RFC 5321, 4.2.1).
            if len(codes) > 1 or not line[:3].isdigit():
                raise smtplib.SMTPException("its answer is no answer")
            if line[3:4] == b"-":
                continue
            del self.heard[:begin]
            return int(line[:3]), b"\n".join(words)
        return None

    def is_late(self) -> bool:
        is_waiting = bool(self.awaited or self.unsaid) and not self.is_asking
        return is_waiting and monotonic() - self.moved_at > self.timeout


__all__ = ["Talk"]
