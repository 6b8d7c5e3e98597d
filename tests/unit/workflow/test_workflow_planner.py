"""The planner against a table of cases; it is pure, so each case is declarations and records in, steps out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from p3.workflow.planner import Action, Declared, Moment, Record, Records, Step, plan, plan_stage
from p3.workflow.stage import SHARED, Kind

NOW = datetime(2024, 6, 3, 12, tzinfo=UTC)
FETCH = Declared("fetch", Kind.BUILD, (), ("MSFT", "NVDA"), True, "code", {"source": "edgar"}, timedelta(hours=6))
FACTS = Declared("facts", Kind.BUILD, ("fetch",), ("MSFT", "NVDA"), True, "code", {})
VALUE = Declared("value", Kind.QUERY, ("facts",), ("MSFT", "NVDA"), True, "code", {"as_of": "2024-06-03"})
TRADE = Declared("trade", Kind.ACT, ("value",), ("f2",), False, "code", {})
KNOWN = {stage.name: stage for stage in (FETCH, FACTS, VALUE, TRADE)}
TODAY = Moment(NOW, None)


class Past:
    """What has ended well so far."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def do(self, stage: Declared, output: str = "", hours_ago: float = 1, known: dict[str, Declared] = KNOWN) -> None:
        for step in plan_stage(stage, known, Records(self.records), TODAY):
            made = output or step.key
            finished = NOW - timedelta(hours=hours_ago)
            self.records.append(Record(step.stage, step.unit, step.key, made, finished))

    def steps(self, stage: Declared, moment: Moment = TODAY, **options: object) -> dict[str, Step]:
        known = KNOWN | {stage.name: stage}
        return {s.unit: s for s in plan_stage(stage, known, Records(self.records), moment, **options)}  # type: ignore[arg-type]

    def verdict(self, stage: Declared, moment: Moment = TODAY, **options: object) -> tuple[Action, str]:
        step = self.steps(stage, moment, **options)["MSFT"]
        return step.action, step.why


@pytest.fixture
def past() -> Past:
    done = Past()
    done.do(FETCH, "body-1")
    done.do(FACTS)
    done.do(VALUE)
    return done


def test_what_was_never_run_runs() -> None:
    assert Past().verdict(FETCH) == (Action.RUN, "never run")


def test_what_did_not_change_is_fresh(past: Past) -> None:
    assert {past.verdict(stage) for stage in (FETCH, FACTS, VALUE)} == {(Action.FRESH, "nothing changed")}


@pytest.mark.parametrize(
    "changed", [replace(FETCH, code="newer"), replace(FETCH, parameters={"source": "sample"})], ids=["code", "params"]
)
def test_a_change_runs_it(past: Past, changed: Declared) -> None:
    assert past.verdict(changed) == (Action.RUN, "code, parameters or inputs changed")


def test_going_back_to_earlier_parameters_runs_a_build_again(past: Past) -> None:
    past.do(replace(FETCH, parameters={"source": "sample"}), "body-2")
    assert past.verdict(FETCH)[0] is Action.RUN


def test_a_query_of_an_earlier_as_of_is_still_there(past: Past) -> None:
    past.do(replace(VALUE, parameters={"as_of": "2020-01-01"}), known=KNOWN | {"value": VALUE})
    assert past.verdict(VALUE)[0] is Action.FRESH


def test_new_input_runs_what_reads_it(past: Past) -> None:
    past.do(replace(FETCH, code="newer"), "body-2")
    assert past.verdict(FACTS) == (Action.RUN, "code, parameters or inputs changed")


def test_early_cut_off_where_the_input_came_out_the_same(past: Past) -> None:
    past.do(replace(FETCH, code="newer"), "body-1")
    assert past.verdict(FACTS)[0] is Action.FRESH


def test_forced(past: Past) -> None:
    assert past.verdict(FETCH, force=True) == (Action.RUN, "forced")


def test_force_does_not_unblock() -> None:
    assert Past().verdict(FACTS, force=True) == (Action.BLOCKED, "fetch has nothing for it")


def test_blocked_without_input() -> None:
    steps = Past().steps(FACTS)
    assert {step.action for step in steps.values()} == {Action.BLOCKED}
    assert steps["MSFT"].inputs == ()


def test_one_company_without_input_blocks_only_itself() -> None:
    done = Past()
    done.do(replace(FETCH, units=("NVDA",)), "body")
    assert {unit: step.action for unit, step in done.steps(FACTS).items()} == {
        "MSFT": Action.BLOCKED,
        "NVDA": Action.RUN,
    }


def test_upstream_that_is_about_to_run_runs_this_too(past: Past) -> None:
    assert past.verdict(FACTS, pending={("fetch", "MSFT")}) == (Action.RUN, "fetch runs first")
    assert past.steps(FACTS, pending={("fetch", "MSFT")})["NVDA"].action is Action.FRESH


def test_upstream_that_is_about_to_run_for_the_first_time_does_not_block() -> None:
    assert Past().verdict(FACTS, pending={("fetch", "MSFT")}) == (Action.RUN, "fetch runs first")


@pytest.mark.parametrize(
    ("hours", "as_of", "action"),
    [
        (5.9, None, Action.FRESH),
        (6.1, None, Action.RUN),
        (24.0 * 400, None, Action.RUN),
        (7.0, NOW - timedelta(hours=8), Action.FRESH),  # nothing newer is wanted than what was checked
        (7.0, NOW - timedelta(hours=6.5), Action.RUN),
    ],
)
def test_age(hours: float, as_of: datetime | None, action: Action) -> None:
    done = Past()
    done.do(FETCH, "body", hours_ago=hours)
    found, why = done.verdict(FETCH, Moment(NOW, as_of))
    assert found is action
    assert why == ("nothing changed" if action is Action.FRESH else f"last checked {hours:.0f} h ago")


def test_the_age_of_a_query_is_that_of_its_own_record() -> None:
    """A newer record for another as-of does not make an old one young."""
    aged = replace(VALUE, reads=(), max_age=timedelta(hours=6))
    done = Past()
    done.do(aged, hours_ago=10)
    done.do(replace(aged, parameters={"as_of": "2020-01-01"}), hours_ago=1, known=KNOWN | {"value": aged})
    assert done.verdict(aged) == (Action.RUN, "last checked 10 h ago")


def test_a_query_for_another_as_of_is_no_input(past: Past) -> None:
    elsewhere = replace(VALUE, parameters={"as_of": "2020-01-01"})
    blocked = plan_stage(TRADE, KNOWN | {"value": elsewhere}, Records(past.records), TODAY)
    assert [(step.action, step.why) for step in blocked] == [(Action.BLOCKED, "value has nothing for it")]


def test_an_act_reads_the_query_of_its_own_as_of(past: Past) -> None:
    (step,) = plan_stage(TRADE, KNOWN, Records(past.records), TODAY)
    assert (step.action, [name for name, *_ in step.inputs]) == (Action.RUN, ["value", "value"])


def test_a_whole_scope_goes_on_with_the_companies_that_there_are(past: Past) -> None:
    records = [record for record in past.records if record.unit == "MSFT"]
    (step,) = plan_stage(TRADE, KNOWN, Records(records), TODAY)
    assert (step.action, [unit for _, unit, _ in step.inputs]) == (Action.RUN, ["MSFT"])


def test_a_narrower_scope_is_another_key(past: Past) -> None:
    (whole,) = plan_stage(TRADE, KNOWN, Records(past.records), TODAY)
    narrow = KNOWN | {"value": replace(VALUE, units=("MSFT",)), "facts": replace(FACTS, units=("MSFT",))}
    (part,) = plan_stage(TRADE, narrow, Records(past.records), TODAY)
    assert whole.unit == part.unit
    assert whole.key != part.key


def test_the_shared_unit_is_read_by_every_company() -> None:
    prices = Declared("prices", Kind.BUILD, (), (SHARED, "MSFT", "NVDA"), True, "code", {})
    value = Declared("value", Kind.QUERY, ("prices",), ("MSFT", "NVDA"), True, "code", {})
    known = {"prices": prices, "value": value}
    done = Past()
    done.do(prices, "p-1", known=known)
    done.do(value, known=known)
    done.records.append(replace(done.records[0], output="p-2"))
    assert done.records[0].unit == SHARED
    steps = plan_stage(value, known, Records(done.records), TODAY)
    assert {step.action for step in steps} == {Action.RUN}
    assert {unit for step in steps for _, unit, _ in step.inputs} == {SHARED, "MSFT", "NVDA"}


def test_a_whole_plan_says_why_each_follows() -> None:
    steps = plan([FETCH, FACTS], KNOWN, Records([]), TODAY, force=())
    assert [(s.stage, s.unit, s.action.value, s.why) for s in steps] == [
        ("fetch", "MSFT", "run", "never run"),
        ("fetch", "NVDA", "run", "never run"),
        ("facts", "MSFT", "run", "fetch runs first"),
        ("facts", "NVDA", "run", "fetch runs first"),
    ]


def test_keys_do_not_depend_on_the_order_of_parameters() -> None:
    one = replace(FETCH, parameters={"a": 1, "b": 2})
    other = replace(FETCH, parameters={"b": 2, "a": 1})
    assert Past().steps(one)["MSFT"].key == Past().steps(other)["MSFT"].key
    assert Past().steps(one)["MSFT"].key != Past().steps(one)["NVDA"].key
