"""Who is who: tables of examples, and what must hold for every stream of claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.leads.resolve import ANONYMOUS_ID, EMAIL, USER_ID, Claim, Key, Known, People


def said(
    user_id: str | None = None, email: str | None = None, anonymous_id: str | None = None,
    previous_id: str | None = None,
) -> Claim:  # fmt: skip
    return Claim(0, user_id, email, anonymous_id, previous_id)


def public(*args: str, **said_so: str) -> Claim:
    """As a website says it, as which anybody may speak."""
    return said(*args, **said_so)._replace(is_public=True)


def people_of(claims: Iterable[Claim]) -> tuple[People, Known]:
    known = Known()
    people = People(known)
    people.take_all(claims)
    return people, known


def partition(claims: Iterable[Claim]) -> set[frozenset[Key]]:
    """The identities of each person."""
    people, known = people_of(claims)
    groups: dict[int, set[Key]] = {}
    for key, home in known.homes.items():
        groups.setdefault(people.root(home), set()).add(key)
    return {frozenset(group) for group in groups.values()}


U, V, E, F, A, B = (
    (USER_ID, "u"), (USER_ID, "v"), (EMAIL, "e@x.example"), (EMAIL, "f@x.example"),
    (ANONYMOUS_ID, "a"), (ANONYMOUS_ID, "b"),
)  # fmt: skip
u, v = {"user_id": "u"}, {"user_id": "v"}
e, f = {"email": "e@x.example"}, {"email": "f@x.example"}
a, b = {"anonymous_id": "a"}, {"anonymous_id": "b"}

TABLE: list[tuple[str, list[Claim], list[set[Key]]]] = [
    ("a visitor alone", [said(**a)], [{A}]),
    ("two visitors stay two", [said(**a), said(**b)], [{A}, {B}]),
    ("a visitor signs in", [said(**a), said(**u, **a)], [{A, U}]),
    ("a visitor gives an e-mail", [said(**a), said(**e, **a)], [{A, E}]),
    ("known before the visitor is met", [said(**u), said(**a), said(**u, **a)], [{A, U}]),
    ("two browsers of one person", [said(**u, **a), said(**u, **b)], [{A, B, U}]),
    ("a shared computer", [said(**u, **a), said(**v, **a)], [{A, U}, {V}]),
    ("a shared computer, both known", [said(**u), said(**v), said(**u, **a), said(**v, **a)],
     [{A, U}, {V}]),
    ("a shared computer, mailbox then sign-in", [said(**e, **a), said(**u, **a)], [{A, E}, {U}]),
    ("two mailboxes on one computer", [said(**e, **a), said(**f, **a)], [{A, E}, {F}]),
    ("user id and e-mail together", [said(**u), said(**e), said(**u, **e)], [{E, U}]),
    ("e-mail first, then the user id with it", [said(**e), said(**u, **e)], [{E, U}]),
    ("one mailbox of two user ids", [said(**u, **e), said(**v, **e)], [{E, U}, {V}]),
    ("two user ids never join by e-mail",
     [said(**u, **e), said(**v, **f), said(**u, **f)], [{E, U}, {F, V}]),
    ("a second mailbox of one user id", [said(**u, **e), said(**u, **f)], [{E, F, U}]),
    ("an alias of a visitor", [said(**a), said(**u, previous_id="a")], [{A, U}]),
    ("an alias of a user id", [said(**v), said(**u, previous_id="v")], [{U, V}]),
    ("an alias of an e-mail", [said(**e), said(**u, previous_id="E@x.example ")], [{E, U}]),
    ("an alias of nobody yet", [said(**u, previous_id="a")], [{A, U}]),
    ("an alias of an address yet unknown", [said(**u, previous_id="e@x.example")], [{E, U}]),
    ("an alias of oneself", [said(**u, previous_id="u")], [{U}]),
    ("a website's visitor signs in", [public(**a), public(**u, **e, **a)], [{A, E, U}]),
    ("a website's user gives an e-mail", [public(**u, **a), public(**u, **e)], [{A, E, U}]),
    ("a website knows a mailbox, then its user id", [public(**e), public(**u, **e)], [{E, U}]),
    ("a website joins no two who are known", [said(**u), said(**e), public(**u, **e)], [{E}, {U}]),
    ("a website gives nobody a second address", [said(**u, **e), public(**u, **f)], [{E, U}]),
    ("nor by an alias", [said(**u, **e), public(**u, previous_id="f@x.example")], [{E, U}]),
    ("a website's alias joins no two who are known", [said(**u), said(**v),
     public(**u, previous_id="v")], [{U}, {V}]),
    ("a website's alias of a visitor", [said(**a), public(**u, previous_id="a")], [{A, U}]),
    ("a server says so later", [said(**u), said(**e), public(**u, **e), said(**u, **e)],
     [{E, U}]),
    ("an alias looks for a user id first",
     [said(user_id="x"), said(anonymous_id="x"), said(**u, previous_id="x")],
     [{U, (USER_ID, "x")}, {(ANONYMOUS_ID, "x")}]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "people"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_the_people_of(claims: list[Claim], people: list[set[Key]]) -> None:
    assert partition(claims) == {frozenset(person) for person in people}


def test_it_keeps_the_known_lead_then_the_older() -> None:
    visitor_first, _ = people_of([said(**a), said(**u), said(**u, **a)])
    both_known, _ = people_of([said(**u), said(**e), said(**u, **e)])

    assert [(join.kept, join.merged) for join in visitor_first.joins] == [
        (visitor_first.new[1], visitor_first.new[0])
    ]
    assert [(join.kept, join.merged) for join in both_known.joins] == [tuple(both_known.new)]


def test_it_reports_two_user_ids_with_one_mailbox() -> None:
    people, _ = people_of([said(**u, **e), said(**v), said(**v, **e)])

    assert [conflict.said for conflict in people.conflicts] == [
        "E-mail e@x.example came with user id v but belongs to another user id."
    ]
    assert people.joins == []


@pytest.mark.parametrize("claim", [said(**u, **e), said(**u, previous_id="e@x.example")])
def test_it_leaves_apart_whom_a_person_parted(claim: Claim) -> None:
    known = Known(homes={U: 1, E: 2}, roots={1: 1, 2: 2}, with_user_id={1}, with_email={2})
    known.apart[1].add(2)
    known.apart[2].add(1)
    people = People(known)

    people.take(claim)

    assert people.joins == []
    assert "A person has parted these two" in people.conflicts[0].said


def test_parted_people_stay_apart_through_a_third() -> None:
    known = Known(
        homes={U: 1, E: 2, F: 3}, roots={1: 1, 2: 2, 3: 3}, with_user_id={1}, with_email={2, 3}
    )
    known.apart[1].add(2)
    known.apart[2].add(1)
    people = People(known)

    people.take_all([said(**u, **f), said(**u, **e)])

    assert [(join.kept, join.merged) for join in people.joins] == [(1, 3)]


names = st.sampled_from("stu")
addresses = st.sampled_from(["p@x.example", "q@x.example", "r@x.example"])
browsers = st.sampled_from("abc")
claims_said = st.builds(
    said, st.none() | names, st.none() | addresses, st.none() | browsers
).filter(lambda claim: bool(claim.identities()))
aliases = st.builds(said, names, previous_id=names | addresses | browsers)
streams = st.lists(claims_said, max_size=14)


@given(streams)
def test_no_stream_without_alias_gives_a_person_two_user_ids(stream: list[Claim]) -> None:
    for person in partition(stream):
        assert len([key for key in person if key[0] == USER_ID]) <= 1


@given(streams)
def test_an_anonymous_id_never_joins_two_who_are_known(stream: list[Claim]) -> None:
    without = [claim._replace(anonymous_id=None) for claim in stream]
    strong = [claim for claim in without if claim.identities()]

    known_with = {known_keys(person) for person in partition(stream)} - {frozenset()}

    assert known_with == partition(strong)


def known_keys(person: frozenset[Key]) -> frozenset[Key]:
    return frozenset(key for key in person if key[0] != ANONYMOUS_ID)


@given(streams)
def test_user_ids_and_mailboxes_of_one_claim_are_one_person_or_a_conflict(
    stream: list[Claim],
) -> None:
    numbered = [claim._replace(place=place) for place, claim in enumerate(stream)]

    people, _ = people_of(numbered)

    clashed = {conflict.place for conflict in people.conflicts}
    for claim in numbered:
        if claim.user_id and claim.email and claim.place not in clashed:
            one, other = (people.root(people.home(key)) for key in claim.identities()[:2])
            assert one == other


@given(st.lists(claims_said | aliases, max_size=8), st.lists(claims_said | aliases, max_size=14))
def test_nothing_that_anybody_may_say_joins_known_people_or_gives_a_second_address(
    ours: list[Claim], theirs: list[Claim]
) -> None:
    before = {known_keys(person) for person in partition(ours)} - {frozenset()}

    after = partition([*ours, *(claim._replace(is_public=True) for claim in theirs)])

    for person in after:
        inside = [known for known in before if known & person]
        assert len(inside) <= 1
        had = {key for key in next(iter(inside), frozenset()) if key[0] == EMAIL}
        has = {key for key in person if key[0] == EMAIL}
        assert len(has) <= 1 or has == had


@given(st.lists(claims_said | aliases, max_size=14), st.data())
def test_cutting_the_stream_into_batches_changes_nothing(
    stream: list[Claim], data: st.DataObject
) -> None:
    whole = partition(stream)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=4)))

    known = Known()
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        known = reread(take(known, stream[start:end]))

    groups: dict[int, set[Key]] = {}
    for key, home in known.homes.items():
        groups.setdefault(known.roots[home], set()).add(key)
    assert {frozenset(group) for group in groups.values()} == whole


def take(known: Known, claims: Sequence[Claim]) -> Known:
    """Known after a batch, its new leads numbered like rows."""
    people = People(known)
    people.take_all(claims)
    taken = len(set(known.roots) - set(people.new))
    real = {lead: taken + 1 + place for place, lead in enumerate(people.new)}
    return Known(
        homes={key: real.get(home, home) for key, home in known.homes.items()},
        roots={
            real.get(lead, lead): real.get(people.root(lead), people.root(lead))
            for lead in list(known.roots)
        },
    )


def reread(known: Known) -> Known:
    """As the database would tell it: strength by canonical lead."""
    for (kind, _), home in known.homes.items():
        if kind == USER_ID:
            known.with_user_id.add(known.roots[home])
        elif kind == EMAIL:
            known.with_email.add(known.roots[home])
    return known
