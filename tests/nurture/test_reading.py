"""A journey is read from YAML, and every fault is told with its line."""

from pathlib import Path

import pytest

from handraise.agreement.faults import AgreementError
from handraise.nurture.compiling import END, ENTER, plan_of
from handraise.nurture.document import OnFact
from handraise.nurture.reading import condition_faults, read

SHIPPED = sorted((Path(__file__).parents[2] / "handraise/nurture/shipped").glob("*.yaml"))
HEAD = "name: A journey\nenter: {when: {stage: LEAD}}\nsteps:\n"


def faults_of(steps: str, head: str = HEAD) -> list[str]:
    with pytest.raises(AgreementError) as caught:
        read(head + steps)
    return [str(fault) for fault in caught.value.faults]


def test_six_journeys_are_shipped() -> None:
    assert len(SHIPPED) == 6


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_journey_reads_and_all_its_ways_lead_somewhere(path: Path) -> None:
    text = path.read_text()
    plan = plan_of(text)
    reached = {ENTER, *(to for node in plan.nodes.values() for to in node.ways.values())}
    assert reached - {END} == set(plan.nodes)
    assert condition_faults(text, agreed=None) == []
    assert all(step.id for step in plan.document.steps)


def test_ways_of_a_branch_meet_below_it() -> None:
    plan = plan_of(
        HEAD + " - branch:\n"
        "    - {name: Big, when: {size: {at_least: 100}}, steps: [{send: {message: big}}]}\n"
        " - {send: {message: all}}\n"
    )
    assert plan.nodes["branch"].ways == {"Big": "send-big", "Otherwise": "send-all"}
    assert plan.nodes["send-big"].ways == {"next": "send-all"}
    assert plan.nodes["send-all"].ways == {"next": END}


def test_who_is_held_out_goes_nowhere() -> None:
    plan = plan_of(
        HEAD + " - split: [{name: A, share: 90}, {name: H, share: 10, holdout: true}]\n"
        " - {send: {message: offer}}\n"
    )
    assert plan.nodes["split"].ways == {"A": "send-offer", "H": END}


def test_steps_without_an_id_are_named_by_what_they_are() -> None:
    plan = plan_of(
        HEAD + " - {wait: {for: 1 day}}\n - {send: {message: a}}\n - {wait: {for: 1 day}}\n"
        " - {id: wait-2, ready_for_sales: {}}\n - {send: {message: a}}\n"
    )
    assert list(plan.nodes) == [ENTER, "wait", "send-a", "wait-3", "wait-2", "send-a-2"]


def test_a_wait_is_for_a_while_a_date_working_time_or_an_event() -> None:
    steps = read(
        HEAD + " - {wait: {for: 3 days, at: '09:30'}}\n"
        " - {wait: {until: 'fact:renewal_date', minus: 2 weeks}}\n"
        " - {wait: {until: working time, of: Sales}}\n"
        " - {wait: {until: {event: Came, where: {room: 7}}, at_most: 5 days}}\n"
    ).steps
    waits = [step.wait for step in steps if step.wait]
    assert waits[1].until == OnFact("renewal_date")
    assert waits[2].of == "Sales"
    assert waits[3].until.event == "Came"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{sned: {message: x}}", "line 4, steps[0].sned: 'steps[0]' has no 'sned'. Did you mean"),
        ("{wait: {for: 1 day, until: working time}}", "either 'for' (a while) or 'until'"),
        ("{wait: {}}", "either 'for' (a while) or 'until'"),
        ("{wait: {for: soon}}", "is not a length of time"),
        ("{wait: {until: tomorrow}}", "'until' takes 'working time'"),
        ("{wait: {until: {evnt: x}}}", "Did you mean event?"),
        ("{wait: {until: 'fact:x', minus: 3 hours}}", "whole days"),
        ("{wait: {for: 1 day, at_most: 2 days}}", "'at_most' goes with an event"),
        ("{wait: {until: working time, at: '09:00'}}", "'at' goes with"),
        ("{wait: {for: 1 day, at: '25:00'}}", "is not a time of day"),
        ("{send: {message: x}, leave: {}}", "A step is one thing"),
        ("{id: x}", "A step says what happens"),
        ("{branch: []}", "This step says nothing yet"),
        ("{id: enter, leave: {}}", "is taken"),
        ("{branch: [{name: A}]}", "Only the last way may go without 'when'"),
        ("{split: [{name: A, share: 40}, {name: B, share: 40}]}", "come to 80"),
        ("{split: [{name: A, share: 50}, {name: a, share: 50}]}", "stands here twice"),
        ("{split: [{name: A, share: 100}]}", "at least two ways"),
        ("{set_fact: {name: email, value: x}}", "does not set 'email'"),
        ("{set_fact: {name: x, value: [1]}}", "a text, a number, or true or false"),
        ("{task: {title: ''}}", "must not be empty"),
    ],
)
def test_a_faulty_step_is_told_with_its_line(step: str, said: str) -> None:
    found = faults_of(f" - {step}\n")
    assert any(said in one and one.startswith("line 4") for one in found), found


def test_steps_that_nobody_reaches_are_told() -> None:
    assert "Nobody comes here" in faults_of(" - leave:\n - {send: {message: x}}\n")[0]
    both = " - branch: [{name: A, when: {x: 1}, steps: [{leave: {}}]}, {name: B, steps: [leave: ]}]"
    assert "line 5" in faults_of(f"{both}\n - {{send: {{message: x}}}}\n")[0]


def test_somebody_must_enter() -> None:
    head = "name: A journey\nenter: {}\nsteps:\n"
    assert "Say who enters" in faults_of(" - {send: {message: x}}\n", head)[0]


def test_lists_that_the_agreement_does_not_have_are_told() -> None:
    text = HEAD + " - branch: [{name: A, when: {email: {in_list: nobody_knows}}}]\n"
    [fault] = condition_faults(text, agreed=None)
    assert fault.line == 4
    assert "There is no list 'nobody_knows'" in fault.sentence


@pytest.mark.parametrize(
    "head", ["again: after 99999999 days\n", "again: after 4000 days\n", ""], ids=str
)
def test_no_while_is_longer_than_can_be_reckoned(head: str) -> None:
    step = " - {wait: {for: 1 day}}\n" if head else " - {wait: {for: 4000 days}}\n"
    (said,) = faults_of(step, head=head + HEAD)
    assert "Nothing in a journey is longer than 3,650 days." in said
