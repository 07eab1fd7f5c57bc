"""Debian's Postfix as a server of one's own: a folder, a free port, mailboxes that can be read."""

from __future__ import annotations

import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.arrives.example
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = arrives.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
import_environment = MAIL_CONFIG
"""
_MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


def is_here() -> bool:
    """Whether Postfix is installed, and this is root, whom alone it obeys."""
    return os.geteuid() == 0 and _program() is not None


def _program() -> str | None:
    return shutil.which("postfix") or shutil.which("postfix", path="/usr/sbin")


@dataclass(frozen=True, slots=True)
class Postfix:
    """A server that listens on `port`; `folder` holds what it was told and what arrived."""

    folder: Path
    port: int

    def arrived(self, name: str) -> list[EmailMessage]:
        """The mails in this mailbox, as a mail program reads them."""
        found = sorted((self.folder / "mail" / name / "new").glob("*"))
        read = [message_from_bytes(one.read_bytes(), policy=policy.SMTPUTF8) for one in found]
        return [one for one in read if isinstance(one, EmailMessage)]


@contextmanager
def postfix(folder: Path, names: list[str], more: str = "") -> Iterator[Postfix]:
    """Postfix with a mailbox for each of these names at arrives.example, until the block ends;
    `more` are further lines of its settings."""
    port, nobody, owner = _free_port(), pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
    folder.chmod(0o755)
    for name, person in (("spool", None), ("data", owner), ("mail", nobody), ("etc", None)):
        (folder / name).mkdir()
        if person is not None:
            os.chown(folder / name, person.pw_uid, person.pw_gid)
    boxes = " ".join(f"{{ {name}@arrives.example = {name}/ }}" for name in names)
    told = {"folder": folder, "boxes": boxes, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
    (folder / "etc" / "main.cf").write_text(_MAIN.format(**told) + more)
    (folder / "etc" / "master.cf").write_text(_MASTER.format(port=port))
    command = [_program() or "postfix", "-c", str(folder / "etc")]
    surroundings = {**os.environ, "MAIL_CONFIG": str(folder / "etc")}
    subprocess.run([*command, "start"], check=True, capture_output=True, env=surroundings)
    try:
        _until_it_greets(port)
        yield Postfix(folder, port)
    finally:
        subprocess.run([*command, "stop"], check=True, capture_output=True, env=surroundings)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_it_greets(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
