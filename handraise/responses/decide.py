"""Whether a person or a machine opened a mail or followed its links. No Django.

Machines look at mails before people do: filters follow every link, proxies fetch every picture.
Each verdict names all that speaks for a machine; without any of it, a person did it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Deed(StrEnum):
    """What was asked for: a link's target, the picture that tells of an opening, or the link that
    no person sees."""

    CLICK = "click"
    OPEN = "open"
    DECOY = "decoy"


class Reason(StrEnum):
    """Why a machine is thought to have done it."""

    DECOY = "decoy"  # followed the link that no person sees, now or within minutes
    HEAD = "head"  # asked for the headers only
    ROBOT = "robot"  # says so itself
    NAMELESS = "nameless"  # says nothing of itself, as no browser does
    SCANNER = "scanner"  # a mail filter by its name
    PROXY = "proxy"  # a mail service fetched the picture, be it read or not
    PREFETCH = "prefetch"  # fetched ahead, in case somebody looks
    TOO_SOON = "too_soon"  # before the mail can have been read
    ALL_LINKS = "all_links"  # every link of the mail within seconds
    ONE_FOR_MANY = (
        "one_for_many"  # from one address for several people of a company, within seconds
    )


LABELS = {
    Reason.DECOY: "Followed the hidden link",
    Reason.HEAD: "Asked for headers only",
    Reason.ROBOT: "A robot by its own word",
    Reason.NAMELESS: "Without a user agent",
    Reason.SCANNER: "A mail filter",
    Reason.PROXY: "A mail service's proxy",
    Reason.PREFETCH: "Fetched ahead",
    Reason.TOO_SOON: "Too soon after sending",
    Reason.ALL_LINKS: "All links within seconds",
    Reason.ONE_FOR_MANY: "Several people from one address",
}

SETTLED = timedelta(seconds=15)  # before it is judged: what follows within seconds is then known
READABLE = timedelta(seconds=5)  # nobody has read a mail sooner after it left
SECONDS = timedelta(seconds=10)
MOMENT = timedelta(seconds=2)
MINUTES = timedelta(minutes=10)  # how long a decoy tells of what else came from its address
REPEATED = timedelta(minutes=10)  # a link followed again so soon is one answer, not two

# Names that mail filters give themselves, and the software they are written in.
_SCANNERS = re.compile(
    r"barracuda|proofpoint|mimecast|safelinks|safe-links|msoffice-protection|microsoft-defender"
    r"|fireeye|trellix|forcepoint|websense|zscaler|sophos|symantec|messagelabs|trendmicro"
    r"|trend micro|bitdefender|kaspersky|cloudmark|cisco-ironport|ironport|retarus|hornetsecurity"
    r"|vade|avanan|checkpoint|fortimail|fortiguard|spamtitan|mailguard|urldefense|link.?scan"
    r"|url.?scan|headlesschrome|phantomjs|puppeteer|playwright|python|go-http-client|java/"
    r"|okhttp|libwww|wget|curl/|axios|node-fetch|apache-httpclient",
    re.IGNORECASE,
)
_PROXIES = (
    (re.compile(r"GoogleImageProxy|ggpht\.com"), "Google's image proxy"),
    (re.compile(r"YahooMailProxy|YahooCacheSystem"), "Yahoo's mail proxy"),
    (re.compile(r"^Mozilla/5\.0$"), "Apple's mail privacy protection"),
    (re.compile(r"OutlookImageProxy|Outlook-?Proxy", re.IGNORECASE), "Outlook's image proxy"),
    (re.compile(r"Proton ?Mail.*Proxy|SeznamEmailProxy|MailRuImageProxy|Fastmail.*Proxy",
                re.IGNORECASE), "A mail service's image proxy"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One request for what belongs to a send. `origin` is a keyed hash of the address it came
    from; equal ones came from one address. `robot` is why the user agent is a robot's, or empty."""

    id: int
    send: int
    deed: Deed
    place: int
    at: datetime
    origin: str
    agent: str
    robot: str = ""
    is_head: bool = False
    is_prefetch: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """What is known of the send: when it left (None: not known), how many links it has, to whom it
    went and the company they belong to (None: not known)."""

    send: int
    sent_at: datetime | None
    links: int
    lead: int
    company: int | None = None


@dataclass(frozen=True, slots=True)
class Because:
    """A reason with the sentence that says what was seen."""

    reason: Reason
    said: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a machine did it, and what speaks for that."""

    because: tuple[Because, ...]

    @property
    def is_machine(self) -> bool:
        return bool(self.because)

    @property
    def reasons(self) -> list[str]:
        return [one.reason.value for one in self.because]

    @property
    def why(self) -> str:
        return " ".join(one.said for one in self.because) or "Nothing speaks for a machine."


def verdict(
    seen: Seen, mail: Mail, *, of_this_mail: Sequence[Seen], from_there: Sequence[Seen],
    mails: Callable[[int], Mail], believed: Collection[Reason] = (),
) -> Verdict:  # fmt: skip
    """The verdict on one request.

    `of_this_mail` is what else was asked for of the same send, `from_there` what came from the
    same address around that time (both may contain `seen`), `mails` knows their sends. Reasons
    that are `believed` to be people's doing here count for nothing.
    """
    rules = (
        _decoy(seen, of_this_mail),
        _head(seen),
        _by_name(seen),
        _proxy(seen),
        _prefetch(seen),
        _too_soon(seen, mail),
        _all_links(seen, mail, of_this_mail),
        _one_for_many(seen, mail, from_there, mails),
    )
    return Verdict(tuple(one for one in rules if one and one.reason not in believed))


def _decoy(seen: Seen, around: Iterable[Seen]) -> Because | None:
    if seen.deed is Deed.DECOY:
        return Because(Reason.DECOY, "It followed the link that no person sees.")
    for other in around:
        within = MINUTES if other.origin == seen.origin else SECONDS
        if other.deed is Deed.DECOY and abs(other.at - seen.at) <= within:
            gap = _seconds(abs(other.at - seen.at))
            return Because(
                Reason.DECOY, f"The link that no person sees was followed {gap} before or after."
            )
    return None


def _head(seen: Seen) -> Because | None:
    said = "It asked for the headers only, as browsers never do for a link."
    return Because(Reason.HEAD, said) if seen.is_head else None


def _by_name(seen: Seen) -> Because | None:
    if not seen.agent.strip():
        return Because(Reason.NAMELESS, "It named no user agent; every browser does.")
    if _proxy_of(seen):
        return None
    found = _SCANNERS.search(seen.agent)
    if found:
        return Because(Reason.SCANNER, f"Its user agent names “{found[0]}”.")
    if seen.robot:
        return Because(Reason.ROBOT, f"By its own word a robot: {seen.robot}.")
    return None


def _proxy_of(seen: Seen) -> str:
    return next((name for pattern, name in _PROXIES if pattern.search(seen.agent)), "")


def _proxy(seen: Seen) -> Because | None:
    name = _proxy_of(seen)
    if not name:
        return None
    return Because(Reason.PROXY, f"{name} fetched it, which says nothing of a reader.")


def _prefetch(seen: Seen) -> Because | None:
    said = "It was fetched ahead, in case somebody looks."
    return Because(Reason.PREFETCH, said) if seen.is_prefetch else None


def _too_soon(seen: Seen, mail: Mail) -> Because | None:
    if mail.sent_at is None or seen.at - mail.sent_at >= READABLE:
        return None
    if seen.at < mail.sent_at:
        return Because(Reason.TOO_SOON, "It came before the mail was fully handed over.")
    gap = _seconds(seen.at - mail.sent_at)
    return Because(Reason.TOO_SOON, f"It came {gap} after the mail left; nobody reads so fast.")


def _all_links(seen: Seen, mail: Mail, around: Iterable[Seen]) -> Because | None:
    """All links of a mail with three or more within ten seconds, of one with two within two."""
    if seen.deed is not Deed.CLICK or mail.links < 2:
        return None
    within = MOMENT if mail.links == 2 else SECONDS
    clicks = sorted((other.at, other.place) for other in around if other.deed is Deed.CLICK)
    for begun, _ in clicks:
        run = [(at, place) for at, place in clicks if begun <= at <= begun + within]
        if run[0][0] <= seen.at <= run[-1][0] and len({place for _, place in run}) >= mail.links:
            said = f"All {mail.links} links of the mail were followed within {_seconds(within)}."
            return Because(Reason.ALL_LINKS, said)
    return None


def _one_for_many(
    seen: Seen, mail: Mail, from_there: Iterable[Seen], mails: Callable[[int], Mail]
) -> Because | None:
    """Three people of one company within ten seconds, or two within two."""
    if mail.company is None or seen.deed is not Deed.CLICK:
        return None
    clicks = [
        (other.at, mails(other.send).lead)
        for other in from_there
        if other.deed is not Deed.OPEN and mails(other.send).company == mail.company
    ]
    for within, enough in ((MOMENT, 2), (SECONDS, 3)):
        people = {mail.lead} | {lead for at, lead in clicks if abs(at - seen.at) <= within}
        if len(people) >= enough:
            return Because(
                Reason.ONE_FOR_MANY,
                f"Links sent to {len(people)} people of one company were followed from one "
                f"address within {_seconds(within)}.",
            )
    return None


def _seconds(span: timedelta) -> str:
    count = round(span.total_seconds())
    return "less than a second" if count < 1 else f"{count} second{'s' * (count != 1)}"
