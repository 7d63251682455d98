"""What holds for every rule in every situation, also for rules that do not exist yet."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.rules.registry import ALL_RULES, eligibility
from services.enrollment.domain.rules.rule_set import Rules, Setting
from services.enrollment.domain.rules.situation import Count, Situation, ThisYear
from tests.unit.enrollment.examples import NOW

ALL_OFF = Rules({rule.name: Setting(version=1, enabled=False, value=rule.default) for rule in ALL_RULES})

MOMENTS = st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)).map(lambda away: NOW + away)
COUNTS = st.integers(min_value=0, max_value=50)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    def moment() -> datetime:
        return draw(MOMENTS)

    return Situation(
        now=moment(),
        opens_at=moment(),
        closes_at=moment(),
        first_slot=moment(),
        is_training=draw(st.booleans()),
        members_only=draw(st.booleans()),
        structure_is_member=draw(st.booleans()),
        has_open_in_training=draw(st.booleans()),
        followed_training_until=draw(st.none() | MOMENTS),
        held_by_structure=draw(COUNTS),
        this_year=ThisYear(
            of_all=Count(actions=draw(COUNTS), trainings=draw(COUNTS)),
            reserved=Count(actions=draw(COUNTS), trainings=draw(COUNTS)),
        ),
        is_employer=draw(st.booleans()),
        has_other_employer=draw(st.booleans()),
    )


@given(situations())
def test_a_rule_that_is_off_blocks_nobody(situation: Situation) -> None:
    """A second open request for a training is stopped by the database too, so no switch allows it."""
    blocking = [verdict.rule for verdict in eligibility(ALL_OFF, situation) if verdict.blocks]
    assert blocking == (["one_session_per_training"] if situation.has_open_in_training else [])


@given(situations())
def test_every_rule_answers_once_with_a_sentence_and_blocks_only_what_does_not_pass(situation: Situation) -> None:
    verdicts = eligibility(Rules(), situation)
    assert [verdict.rule for verdict in verdicts] == [rule.name for rule in ALL_RULES]
    assert all(verdict.sentence.endswith(".") for verdict in verdicts)
    assert not any(verdict.blocks and verdict.passed for verdict in verdicts)
