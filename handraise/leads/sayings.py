"""What the entries of a batch say of leads and of their companies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from handraise.leads.companies import (
    Belonging,
    CompanyKey,
    Placed,
    domain_of,
    group_key,
    host_of,
    is_private,
    name_key,
)
from handraise.leads.decide import OURS
from handraise.leads.entry import Entry, EntryKind, Json
from handraise.leads.fact_rows import Saying
from handraise.leads.facts import company_facts, lead_facts
from handraise.leads.identities import Settled


@dataclass(frozen=True, slots=True)
class _AboutCompany:
    root: int
    key: CompanyKey | None
    name: str
    value: Json
    entry: Entry


@dataclass(slots=True)
class Heard:
    """Facts of leads ready to be written; facts of companies wait for the companies' ids."""

    about_leads: list[Saying] = field(default_factory=list)
    belongings: list[Belonging] = field(default_factory=list)
    _about_companies: list[_AboutCompany] = field(default_factory=list)

    def about_companies(self, placed: Placed) -> list[Saying]:
        """The facts of companies. Told by an entry that names no company, of a lead without one,
        they are about nobody and left out."""
        sayings: list[Saying] = []
        for said in self._about_companies:
            company = placed.of_key.get(said.key) if said.key is not None else None
            company = company or placed.of_root.get(said.root)
            if company is not None:
                sayings.append(_saying(("company", company), said.name, said.value, said.entry))
        return sayings


def read(entries: Sequence[Entry], settled: Settled, roots: Sequence[int]) -> Heard:
    """What a batch says. `roots` has the canonical lead of each entry."""
    heard = Heard()
    first_with_email = set(settled.new_emails.values())
    unsettled = {conflict.place for conflict in settled.conflicts}
    guessed: set[int] = set()
    by_email: dict[int, int] = {}  # lead -> place of the first activity that came by an e-mail
    for place, entry in enumerate(entries):
        is_news = place in first_with_email
        if entry.kind is EntryKind.ACTIVITY and not is_news:
            if entry.email and entry.user_id is None:
                by_email.setdefault(roots[place], place)
            continue
        who = _Who(entry, roots[place], settled.homes[place], settled.identities[place])
        facts = _facts_of_lead(entry, is_news=is_news, is_heard=place not in unsettled)
        if entry.kind is EntryKind.GROUP:
            _hear_of_company(heard, who, _heard_of(entry, dict(company_facts(entry.traits))))
        else:
            firm = {
                name.removeprefix("company."): value
                for name, value in facts.items()
                if name.startswith("company.")
            }
            _hear_of_company(heard, who, firm)
        heard.about_leads.extend(
            _saying(("lead", who.root), name, value, entry, who)
            for name, value in facts.items()
            if not name.startswith("company.")
        )
        if who.root not in guessed and _guess(heard, who, facts.get("email")):
            guessed.add(who.root)
    for root, place in by_email.items():
        who = _Who(entries[place], root, settled.homes[place], settled.identities[place])
        heard.about_leads.extend(_addresses_again(who))
    return heard


def _addresses_again(who: _Who) -> Iterator[Saying]:
    """The address of one whose facts were all taken back and who is heard of again by it."""
    for name, value in _facts_of_lead(who.entry, is_news=True, is_heard=True).items():
        said = _saying(("lead", who.root), name, value, who.entry, who)
        yield said._replace(is_fallback=True)


@dataclass(frozen=True, slots=True)
class _Who:
    entry: Entry
    root: int
    home: int
    identity_id: int

    def belonging(
        self, key: CompanyKey, *, name: str = "", domain: str | None = None,
        is_guess: bool = False, is_by_name: bool = False,
    ) -> Belonging:  # fmt: skip
        entry = self.entry
        return Belonging(
            self.root, self.home, self.identity_id, key, domain, name, entry.occurred_at,
            entry.known_at, entry.source_id, is_guess, is_by_name, entry.is_public,
        )  # fmt: skip


def _saying(
    owner: tuple[str, int], name: str, value: Json, entry: Entry, who: _Who | None = None
) -> Saying:
    return Saying(
        owner, name, None if isinstance(value, str) and not value.strip() else value,
        entry.occurred_at, entry.known_at, entry.source_id,
        identity_id=who.identity_id if who else None, home=who.home if who else 0,
        is_known_at_assumed=entry.is_known_at_assumed, by_id=entry.by_id,
        is_fallback=entry.is_public and name in _ADDRESS, is_public=entry.is_public,
    )  # fmt: skip


_ADDRESS = ("email", "email_domain")


def _facts_of_lead(entry: Entry, *, is_news: bool, is_heard: bool) -> dict[str, Json]:
    """`is_heard`: who is who was settled as the entry says."""
    facts = dict(lead_facts(entry.traits)) if entry.kind is EntryKind.FACTS else {}
    facts = _heard_of(entry, facts)
    if entry.is_public and not is_heard:
        facts.pop("email", None)
    elif entry.email and (is_news or entry.kind is not EntryKind.ALIAS):
        facts["email"] = entry.email
    address = facts.get("email")
    if isinstance(address, str) and "@" in address:
        facts["email_domain"] = domain_of(address)
    return facts


def _heard_of(entry: Entry, facts: dict[str, Json]) -> dict[str, Json]:
    """Without what we do not take just anybody's word for."""
    if not entry.is_public:
        return facts
    return {
        name: value for name, value in facts.items() if name.removeprefix("company.") not in OURS
    }


def _hear_of_company(heard: Heard, who: _Who, firm: dict[str, Json]) -> None:
    belonging = _belonging(who, firm)
    if belonging is not None:
        heard.belongings.append(belonging)
    key = None if belonging is None else belonging.key
    heard._about_companies.extend(
        _AboutCompany(who.root, key, name, value, who.entry)
        for name, value in firm.items()
        if name != "id"
    )


def _belonging(who: _Who, firm: dict[str, Json]) -> Belonging | None:
    """By id, else by domain or website, else by a bare name (then with the e-mail's domain)."""
    entry = who.entry
    name = _text(firm.get("name"))
    domain = next(_domains(firm), None)
    group = entry.group_id or _text(firm.get("id"))
    if group:
        return who.belonging(group_key(group), name=name, domain=domain)
    if domain:
        return who.belonging(("domain", domain), name=name)
    by_name = name_key(name)
    if by_name is None:
        return None
    mailbox = domain_of(entry.email or "")
    key = by_name if is_private(mailbox) else ("domain", mailbox)
    return who.belonging(key, name=name, is_by_name=True)


def _domains(firm: dict[str, Json]) -> Iterator[str]:
    for name in ("domain", "website"):
        host = host_of(_text(firm.get(name)))
        if host and not is_private(host):
            yield host


def _text(value: Json) -> str:
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).strip() if is_plain else ""


def _guess(heard: Heard, who: _Who, address: Json) -> bool:
    """A lead without a company belongs to the one that its e-mail address tells of."""
    domain = domain_of(address) if isinstance(address, str) else ""
    if is_private(domain) or len(domain) > 253:
        return False
    heard.belongings.append(who.belonging(("domain", domain), is_guess=True))
    return True
