"""Who is who: identities said together, resolved into people. Plain data, no database.

Claims are taken in order and each sees what the earlier ones did, so that cutting a stream of
claims into batches anywhere gives the same people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from handraise.leads.decide import IdentityKind

Key: TypeAlias = tuple[str, str]  # (kind, value)

USER_ID = IdentityKind.USER_ID.value
EMAIL = IdentityKind.EMAIL.value
ANONYMOUS_ID = IdentityKind.ANONYMOUS_ID.value

# Leads made here are numbered from this, far above any row's id, until they get a real one; so
# the smaller number is always the older lead.
FIRST_NEW = 1 << 62


class Claim(NamedTuple):
    """The identities of one entry. `previous_id` is set for an alias only. What `is_public` joins
    nobody who is known by an address or a user id to another such, and gives nobody a second
    address."""

    place: int
    user_id: str | None = None
    email: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    is_public: bool = False

    def identities(self) -> list[Key]:
        """Every identity that must be looked up, strongest first."""
        found: list[Key] = []
        if self.user_id:
            found.append((USER_ID, self.user_id))
        if self.email:
            found.append((EMAIL, self.email))
        if self.anonymous_id:
            found.append((ANONYMOUS_ID, self.anonymous_id))
        if self.previous_id:
            found += previous_keys(self.previous_id)
        return found


def previous_keys(previous_id: str) -> list[Key]:
    """What an alias' previous id may be, in the order in which it is looked up."""
    return [
        (USER_ID, previous_id),
        (ANONYMOUS_ID, previous_id),
        (EMAIL, previous_id.strip().lower()),
    ]


@dataclass(slots=True)
class Known:
    """What is known before the claims. Roots are canonical leads; `apart` holds pairs of roots
    that a person parted, in both directions."""

    homes: dict[Key, int] = field(default_factory=dict)
    roots: dict[int, int] = field(default_factory=dict)
    with_user_id: set[int] = field(default_factory=set)
    with_email: set[int] = field(default_factory=set)
    apart: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True, slots=True)
class Join:
    """`merged` turned out to be the same person as `kept`; both were roots at that moment."""

    kept: int
    merged: int
    why: str
    place: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people whom an entry would join although that may not be."""

    place: int
    lead: int
    other: int
    said: str


class People:
    """Takes claims; collects `new` leads, `attached` identities, `joins` and `conflicts`."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.new: list[int] = []
        self.attached: dict[Key, tuple[int, int]] = {}  # home lead, place of the claim
        self.joins: list[Join] = []
        self.conflicts: list[Conflict] = []

    def take_all(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            self.take(claim)

    def take(self, claim: Claim) -> None:
        """Find or make the person of one claim, and join what may be joined."""
        strong = self._strong(claim)
        anonymous = (ANONYMOUS_ID, claim.anonymous_id) if claim.anonymous_id else None
        if anonymous is not None:
            self._anonymous(claim, anonymous, strong)
        if claim.previous_id:
            self._alias(claim, strong or anonymous)

    def root(self, lead: int) -> int:
        """The canonical lead of a lead, with all that was taken so far."""
        roots = self._known.roots
        above = roots[lead]
        while roots[above] != above:
            roots[lead] = above = roots[above]
        return above

    def home(self, key: Key) -> int:
        """The lead that this identity hangs on."""
        return self._known.homes[key]

    # User id and e-mail: said together they are one person, unless that person would then have
    # two user ids.
    def _strong(self, claim: Claim) -> Key | None:
        user = (USER_ID, claim.user_id) if claim.user_id else None
        email = (EMAIL, claim.email) if claim.email else None
        first = user or email
        if first is None:
            return None
        homes = self._known.homes
        if first not in homes:
            self._attach(claim, first, self._place_for_newcomer(claim, user, email))
        if user is not None and email is not None:
            if email in homes:
                self._join_by_email(claim, user, email)
            else:
                self._attach_address(claim, email, self.home(user), user)
        return first

    def _place_for_newcomer(self, claim: Claim, user: Key | None, email: Key | None) -> int:
        """The lead for a user id (or e-mail) never seen: that of the e-mail said with it, unless
        it has another user id; else the visitor's that it came with; else a new one."""
        known = self._known
        if user is not None and email in known.homes:
            home = known.homes[email]
            if self.root(home) not in known.with_user_id:
                return home
        if claim.anonymous_id:
            visitor = known.homes.get((ANONYMOUS_ID, claim.anonymous_id))
            if visitor is not None and self._is_visitor(self.root(visitor)):
                return visitor
        return self._new_lead()

    def _join_by_email(self, claim: Claim, user: Key, email: Key) -> None:
        mine, other = self.root(self.home(user)), self.root(self.home(email))
        if mine == other:
            return
        known = self._known
        if mine in known.with_user_id and other in known.with_user_id:
            said = f"E-mail {email[1]} came with user id {user[1]} but belongs to another user id."
            self.conflicts.append(Conflict(claim.place, mine, other, said))
            return
        if claim.is_public:
            said = f"E-mail {email[1]} came with user id {user[1]} but belongs to somebody else."
            self.conflicts.append(Conflict(claim.place, mine, other, said + _UNHEARD))
            return
        self._join(claim, mine, other, f"User id {user[1]} and e-mail {email[1]} came together.")

    # An anonymous id follows the known person it comes with as long as nobody else is known by it;
    # on a shared computer it stays where it was.
    def _anonymous(self, claim: Claim, anonymous: Key, strong: Key | None) -> None:
        home = self._known.homes.get(anonymous)
        if home is None:
            self._attach(claim, anonymous, self.home(strong) if strong else self._new_lead())
            return
        if strong is None:
            return
        visitor, person = self.root(home), self.root(self.home(strong))
        if visitor != person and self._is_visitor(visitor):
            why = f"Anonymous id {anonymous[1]} came with {_phrase(strong)}."
            self._join(claim, person, visitor, why)

    # An alias is an explicit word: it may join two user ids.
    def _alias(self, claim: Claim, target: Key | None) -> None:
        assert claim.previous_id is not None
        if target is None:
            raise ValueError("An alias needs a user id, an e-mail or an anonymous id.")
        candidates = previous_keys(claim.previous_id)
        previous = next((key for key in candidates if key in self._known.homes), None)
        if previous is None:
            place = 2 if "@" in claim.previous_id else 1
            if place == 2:
                self._attach_address(claim, candidates[2], self.home(target), target)
            else:
                self._attach(claim, candidates[1], self.home(target))
            return
        mine, other = self.root(self.home(target)), self.root(self.home(previous))
        if mine == other:
            return
        why = f"An alias said that {_phrase(previous)} is {_phrase(target)}."
        if claim.is_public and not (self._is_visitor(mine) or self._is_visitor(other)):
            self.conflicts.append(Conflict(claim.place, mine, other, why + _UNHEARD))
            return
        self._join(claim, mine, other, why)

    def _is_visitor(self, root: int) -> bool:
        return root not in self._known.with_user_id and root not in self._known.with_email

    def _new_lead(self) -> int:
        lead = FIRST_NEW + len(self.new)
        self.new.append(lead)
        self._known.roots[lead] = lead
        return lead

    def _attach_address(self, claim: Claim, email: Key, home: int, who: Key) -> None:
        """A new address for the lead of `home`; whoever has one gets no other from just anybody."""
        root = self.root(home)
        if claim.is_public and root in self._known.with_email:
            said = f"E-mail {email[1]} came with {_phrase(who)}, who has another address."
            self.conflicts.append(Conflict(claim.place, root, root, said + _UNHEARD))
            return
        self._attach(claim, email, home)

    def _attach(self, claim: Claim, key: Key, home: int) -> None:
        self._known.homes[key] = home
        self.attached[key] = (home, claim.place)
        if key[0] == USER_ID:
            self._known.with_user_id.add(self.root(home))
        elif key[0] == EMAIL:
            self._known.with_email.add(self.root(home))

    def _join(self, claim: Claim, mine: int, other: int, why: str) -> None:
        known = self._known
        if other in known.apart[mine]:
            said = f"{why} A person has parted these two, so they stay apart."
            self.conflicts.append(Conflict(claim.place, mine, other, said))
            return
        kept, merged = sorted((mine, other), key=lambda lead: (self._is_visitor(lead), lead))
        known.roots[merged] = kept
        for roots in (known.with_user_id, known.with_email):
            if merged in roots:
                roots.add(kept)
        for stranger in known.apart.pop(merged, ()):
            known.apart[stranger].discard(merged)
            known.apart[stranger].add(kept)
            known.apart[kept].add(stranger)
        self.joins.append(Join(kept, merged, why, claim.place))


_UNHEARD = " It was a website that said so, as which anybody may speak: a server's word is needed."
_PHRASES = {USER_ID: "user id", EMAIL: "e-mail", ANONYMOUS_ID: "anonymous id"}


def _phrase(key: Key) -> str:
    return f"{_PHRASES[key[0]]} {key[1]}"
