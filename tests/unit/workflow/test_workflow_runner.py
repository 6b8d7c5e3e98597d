"""The runner with small stages over a real store."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from fake_stages import MOMENT, Runs, World, derive, fetch, rates, scope, session

from p3.data.tables import ACTIONS, RATES
from p3.errors import (
    BusyError,
    ConfigurationError,
    DataError,
    ExitCode,
    InputMissingError,
    UpstreamError,
    UsageError,
)
from p3.scope import Company, Scope
from p3.sec.net.breaker import CircuitOpenError
from p3.sec.net.governor import StillBlockedError
from p3.sec.net.responses import BlockedError
from p3.workflow.planner import UNDER_WAY, Action
from p3.workflow.runner import Options, dry_run, run
from p3.workflow.session import Session
from p3.workflow.stage import Job, Kind, Output, Passages, Problem, Rows


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def runs(tmp_path: Path, world: World) -> Runs:
    return Runs(tmp_path, lambda: [fetch(world), derive()])


def units(report: object, n: int = 0) -> dict[str, str]:
    return report.manifest.stages[n].units  # type: ignore[attr-defined]


def values(runs: Runs, table: object = RATES) -> dict[str, float]:
    frame = runs.last.store.rows(table)  # type: ignore[arg-type]
    return dict(frame.select(frame.columns[0], "value").iter_rows())


def letters(runs: Runs) -> list[tuple[str, str, str]]:
    found = runs.last.store.ledger.open_dead_letters(["fetch", "derive"], ["A", "B", "C", "D", "E", "F"])
    return [(letter["stage"], letter["unit"], letter["reason"]) for letter in found]


def test_a_second_run_does_nothing(runs: Runs, world: World) -> None:
    assert runs("A", "B").exit_code is ExitCode.DONE
    again = runs("A", "B")
    assert again.exit_code is ExitCode.DONE
    assert [stage.status for stage in again.manifest.stages] == ["fresh", "fresh"]
    assert world.asked == ["A", "B"]
    assert again.manifest.inputs == again.manifest.outputs


def test_one_company_fails_and_the_others_go_on(runs: Runs, world: World) -> None:
    world.answers["B"] = DataError("B is broken", "")
    report = runs("A", "B", "C")
    assert report.exit_code is ExitCode.PARTIAL
    assert units(report) == {"A": "ran", "B": "failed", "C": "ran"}
    assert units(report, 1) == {"A": "ran", "B": "blocked", "C": "ran"}
    assert letters(runs) == [("fetch", "B", "B is broken")]
    assert set(values(runs, ACTIONS)) == {"A", "C"}


def test_it_is_healed_on_the_next_run_alone(runs: Runs, world: World) -> None:
    world.answers["B"] = DataError("B is broken", "")
    runs("A", "B")
    world.answers.clear()
    world.asked.clear()
    report = runs("A", "B")
    assert report.exit_code is ExitCode.DONE
    assert world.asked == ["B"]
    assert letters(runs) == []
    assert set(values(runs, ACTIONS)) == {"A", "B"}


def test_a_failure_keeps_what_was_there_before(runs: Runs, world: World) -> None:
    runs("A", "B")
    world.answers["B"] = DataError("B is broken", "")
    report = runs("A", "B", options=Options(force=frozenset({"fetch"})))
    assert report.exit_code is ExitCode.PARTIAL
    assert values(runs) == {"A": 1.0, "B": 1.0}


def test_zero_rows_are_an_error(runs: Runs, world: World) -> None:
    world.answers["A"] = 0
    report = runs("A", "B")
    assert units(report) == {"A": "failed", "B": "ran"}
    assert letters(runs) == [("fetch", "A", "fetch made no rows for A")]


def test_a_stage_that_fails_for_all_ends_the_run(runs: Runs, world: World) -> None:
    world.answers = dict.fromkeys("AB", UpstreamError("it is down", "wait"))
    report = runs("A", "B")
    assert (report.exit_code, report.manifest.status) == (ExitCode.UPSTREAM, "failed")
    assert report.error is not None
    assert (report.error.message, report.error.remedy) == ("it is down", "wait")
    assert [stage.name for stage in report.manifest.stages] == ["fetch"]


def test_different_reasons_for_all_are_told_together(runs: Runs, world: World) -> None:
    world.answers = {"A": UpstreamError("it is down", ""), "B": DataError("it is odd", "")}
    report = runs("A", "B")
    assert isinstance(report.error, DataError)
    assert "it is down" in report.error.message
    assert "it is odd" in report.error.message


@pytest.mark.parametrize(("failing", "stops"), [("AB", False), ("ABC", False), ("ABCD", True)])
def test_too_many_failures_stop_it(tmp_path: Path, world: World, failing: str, stops: bool) -> None:
    """Above half, but never before four have failed."""
    world.answers = dict.fromkeys(failing, DataError("broken", ""))
    report = Runs(tmp_path, lambda: [fetch(world), derive()])(*"ABCDEF")
    assert len(report.manifest.stages) == (1 if stops else 2)
    assert report.exit_code is (ExitCode.DATA if stops else ExitCode.PARTIAL)


def test_keep_going_goes_past_them(runs: Runs, world: World) -> None:
    world.answers = dict.fromkeys("ABCDE", DataError("broken", ""))
    report = runs(*"ABCDEF", options=Options(keep_going=True))
    assert report.exit_code is ExitCode.PARTIAL
    assert units(report, 1)["F"] == "ran"


def test_a_configuration_error_stops_at_once(runs: Runs, world: World) -> None:
    world.answers["B"] = ConfigurationError("no identity", "set it")
    with pytest.raises(ConfigurationError, match="no identity"):
        runs("A", "B", "C")
    assert world.asked == ["A", "B"]
    assert values(runs) == {"A": 1.0}
    assert manifest_of(runs.last)["status"] == "failed"


def test_three_refusals_in_a_row_end_the_run_and_the_rest_stays_as_it_was(runs: Runs, world: World) -> None:
    refused = UpstreamError("403", "wait")
    world.answers = {"B": refused, "C": refused, "D": refused}
    report = runs(*"ABCDEF")
    assert world.asked == list("ABCD")
    assert units(report) == {"A": "ran"} | dict.fromkeys("BCD", "failed") | dict.fromkeys("EF", "untried")
    assert [unit for _, unit, _ in letters(runs)] == list("BCD")
    assert len(report.manifest.stages) == 1
    assert (report.exit_code, report.manifest.status) == (ExitCode.UPSTREAM, "failed")
    assert report.error is not None
    assert (report.error.message, report.error.remedy) == ("403; not tried: 2 of 6", "wait")
    assert values(runs) == {"A": 1.0}


def test_three_refusals_at_the_end_leave_nobody_untried(tmp_path: Path, world: World) -> None:
    world.answers = dict.fromkeys("DEF", UpstreamError("403", "wait"))
    report = Runs(tmp_path, lambda: [fetch(world)])(*"ABCDEF")
    assert report.exit_code is ExitCode.PARTIAL
    assert report.error is None


AWAY = CircuitOpenError("it is away", "wait")


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("away", [AWAY, StillBlockedError("again", ""), BlockedError(None)])
def test_a_service_that_answers_nobody_is_not_asked_on(
    tmp_path: Path, world: World, away: UpstreamError, threads: int
) -> None:
    """Its refusal says nothing of the company that met it; with two threads the other one's company is still kept."""
    world.answers["C"] = away
    runs = Runs(tmp_path, lambda: [fetch(world, threads=lambda _session: threads)])
    report = runs(*"ABCDEFGH")
    assert (report.exit_code, report.manifest.status) == (ExitCode.UPSTREAM, "failed")
    assert letters(runs) == []
    assert [failure for stage in report.manifest.stages for failure in stage.failures] == []
    ran = {unit for unit, ended in units(report).items() if ended == "ran"}
    assert ran == set(world.asked) - {"C"} == set(values(runs))
    assert {unit for unit, ended in units(report).items() if ended == "untried"} == set("ABCDEFGH") - ran
    assert len(world.asked) < 8
    world.answers.clear()
    assert runs(*"ABCDEFGH").exit_code is ExitCode.DONE
    assert sorted(world.asked) == sorted([*"ABCDEFGH", "C"])


def test_a_service_that_answers_nobody_has_nothing_for_a_single_company(runs: Runs, world: World) -> None:
    world.answers["A"] = StillBlockedError("it is away")
    report = runs("A")
    assert (report.manifest.stages[0].status, units(report)) == ("untried", {"A": "untried"})
    assert report.error is not None
    assert (report.error.message, report.error.remedy) == ("it is away", "Try again later.")


def test_keep_going_goes_on_without_the_untried_and_says_in_part(runs: Runs, world: World) -> None:
    world.answers["B"] = AWAY
    report = runs("A", "B", "C", options=Options(keep_going=True))
    assert report.exit_code is ExitCode.PARTIAL
    assert units(report) == {"A": "ran", "B": "untried", "C": "untried"}
    assert units(report, 1) == {"A": "ran", "B": "blocked", "C": "blocked"}


def test_keep_going_alone_does_not_make_a_run_whole(tmp_path: Path, world: World) -> None:
    world.answers["B"] = AWAY
    report = Runs(tmp_path, lambda: [fetch(world)])("A", "B", options=Options(keep_going=True))
    assert (report.exit_code, report.manifest.status) == (ExitCode.PARTIAL, "partial")


def test_a_company_held_elsewhere_is_not_waited_for_once_the_service_is_away(tmp_path: Path, world: World) -> None:
    runs = Runs(tmp_path, lambda: [fetch(world)])
    world.answers["B"] = AWAY
    with another_process(session(tmp_path).store.directories.lock("fetch.A")):
        report = runs("A", "B", "C")
    assert units(report) == dict.fromkeys("ABC", "untried")
    assert world.asked == ["B"]


def test_an_answer_between_refusals_starts_the_count_again(tmp_path: Path, world: World) -> None:
    refused = UpstreamError("403", "wait")
    world.answers = {"A": refused, "B": refused, "D": refused, "E": refused}
    Runs(tmp_path, lambda: [fetch(world)], {"max_failure_rate": 1.0})(*"ABCDEF")
    assert world.asked == list("ABCDEF")


def test_a_bug_commits_what_was_done_and_is_raised(runs: Runs, world: World) -> None:
    world.answers["B"] = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError) as caught:
        runs("A", "B", "C")
    assert caught.value.__notes__ == ["in fetch of B"]
    assert values(runs) == {"A": 1.0}
    world.asked.clear()
    world.answers.clear()
    runs("A", "B", "C")
    assert world.asked == ["B", "C"]


def test_an_interruption_commits_what_was_done(runs: Runs, world: World) -> None:
    world.answers["B"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        runs("A", "B")
    assert values(runs) == {"A": 1.0}
    assert manifest_of(runs.last)["status"] == "failed"


def test_commits_come_in_batches(tmp_path: Path, world: World) -> None:
    runs = Runs(tmp_path, lambda: [fetch(world)], {"batch": 2})
    before = session(tmp_path).store.tables.version(RATES)
    runs(*"ABCDE")
    assert before is None
    files = list((tmp_path / "facts" / "tables" / "rates").glob("*.parquet"))
    assert len(files) == 3
    assert len(values(runs)) == 5


def test_the_manifest_pins_what_was_read_and_written(runs: Runs, world: World) -> None:
    runs("A", source="x")
    first = manifest_of(runs.last)
    assert (first["inputs"], set(first["outputs"])) == ({}, {"rates", "actions"})
    world.answers["A"] = 2.0
    runs("A", source="y")
    second = manifest_of(runs.last)
    assert second["inputs"] == first["outputs"]
    assert all(second["outputs"][name] > first["outputs"][name] for name in ("rates", "actions"))
    assert second["parameters"] == {"fetch": {"source": "y"}, "derive": {}}
    assert (second["scope"], second["members"], second["schema_version"]) == ("test", ["A"], 1)
    assert second["started"] <= second["finished"]
    assert [stage["status"] for stage in second["stages"]] == ["ran", "ran"]
    assert second["stages"][0]["results"] == {"A": "is 2.0"}
    assert values(runs, ACTIONS) == {"A": 2.0}


def test_the_pinned_version_still_reads_as_it_was(runs: Runs, world: World) -> None:
    runs("A")
    pinned = manifest_of(runs.last)["outputs"]["rates"]
    world.answers["A"] = 2.0
    runs("A", options=Options(force=frozenset({"fetch"})))
    tables = runs.last.store.tables
    assert tables.files(RATES, pinned) != tables.files(RATES)
    assert all(Path(file).is_file() for file in tables.files(RATES, pinned))


def test_an_unchanged_input_leaves_the_next_stage_fresh(runs: Runs, world: World) -> None:
    runs("A")
    report = runs("A", options=Options(force=frozenset({"fetch"})))
    assert [stage.status for stage in report.manifest.stages] == ["ran", "fresh"]


def test_a_problem_within_a_unit_is_listed_until_it_is_gone(tmp_path: Path) -> None:
    problems = [(Problem("10-K", "EDGAR lacks it"),), ()]

    def work(job: Job) -> Output:
        return Output(1, (Rows(RATES, (job.unit,), rates(job.unit, 1.0)),), problems=problems.pop(0))

    runs = Runs(tmp_path, lambda: [fetch(World(), run=work)])
    assert runs("A").exit_code is ExitCode.PARTIAL
    still = runs("A")
    assert (still.exit_code, still.manifest.stages[0].status) == (ExitCode.PARTIAL, "fresh")
    assert still.manifest.stages[0].failures[0].reason == "EDGAR lacks it"
    assert runs("A", options=Options(force=frozenset({"fetch"}))).exit_code is ExitCode.DONE


def test_a_failure_for_another_as_of_does_not_spoil_this_one(tmp_path: Path, world: World) -> None:
    runs = Runs(tmp_path, lambda: [fetch(world, kind=Kind.QUERY)])
    assert runs("A", as_of="today").exit_code is ExitCode.DONE
    world.answers["A"] = DataError("nothing was known", "")
    assert runs("A", as_of="1990").exit_code is ExitCode.DATA
    again = runs("A", as_of="today")
    assert (again.exit_code, again.manifest.stages[0].status) == (ExitCode.DONE, "fresh")


def test_an_argument_that_makes_no_sense_is_no_company_s_failure(runs: Runs, world: World) -> None:
    """A scope's stage is asked for what there is not; a company's failure leaves the others alone."""
    world.answers["A"] = UsageError("no company of that name", "choose one")
    assert runs("A", "B").exit_code is ExitCode.PARTIAL
    assert world.asked == ["A", "B"]
    assert [unit for _, unit, _ in letters(runs)] == ["A"]


def test_an_unknown_stage_cannot_be_forced(runs: Runs, world: World) -> None:
    with pytest.raises(UsageError, match="unknown stage 'nosuch'"):
        runs("A", options=Options(force=frozenset({"nosuch"})))
    assert world.asked == []
    assert list(runs.root.iterdir()) == []


def test_without_input_the_command_that_makes_it_is_named(tmp_path: Path, world: World) -> None:
    current = session(tmp_path)
    report = run(current, [derive()], [fetch(world), derive()], scope("A"), Options())
    assert isinstance(report.error, InputMissingError)
    assert report.exit_code is ExitCode.INPUT_MISSING
    assert report.error.remedy == "Run `p3 fetch test` first."


def test_an_old_failure_does_not_hide_what_blocks(runs: Runs, world: World) -> None:
    """The remedy names the stage that is missing, not a word of an earlier failure's reason."""
    current = session(runs.root)
    common = {"stage": "derive", "unit": "A", "what": "derive", "run_id": "r", "last_seen": "2024-01-01T00:00:00Z"}
    current.store.ledger.record_units([], [{**common, "reason": "broken before"}])
    report = run(current, [derive()], [fetch(world), derive()], scope("A"), Options())
    assert report.error is not None
    assert report.error.remedy == "Run `p3 fetch test` first."


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (rates("other", 1.0), "in a commit for others"),
        (rates("B", 1.0).vstack(rates("B", 2.0)), "double the key"),
        (rates("B", 1.0).drop("origin"), "columns missing: origin"),
    ],
)
def test_rows_that_break_a_promise_fail_their_company_alone(tmp_path: Path, bad: pl.DataFrame, says: str) -> None:
    def work(job: Job) -> Output:
        return Output(1, (Rows(RATES, (job.unit,), bad if job.unit == "B" else rates(job.unit, 1.0)),))

    runs = Runs(tmp_path, lambda: [fetch(World(), run=work)])
    report = runs("A", "B", "C")
    assert units(report) == {"A": "ran", "B": "failed", "C": "ran"}
    assert says in report.manifest.stages[0].failures[0].reason
    assert set(values(runs)) == {"A", "C"}


def test_columns_in_another_order_and_other_numbers_go_into_one_commit(tmp_path: Path) -> None:
    """Each company's frame fits the table by itself; together they have to as well."""

    def work(job: Job) -> Output:
        frame = rates(job.unit, 1.0)
        odd = frame.select(reversed(frame.columns)).with_columns(pl.col("value").cast(pl.Int64), more=pl.lit(1))
        return Output(1, (Rows(RATES, (job.unit,), odd if job.unit == "B" else frame),))

    runs = Runs(tmp_path, lambda: [fetch(World(), run=work)])
    assert runs("A", "B", "C").exit_code is ExitCode.DONE
    assert set(values(runs)) == {"A", "B", "C"}


def test_passages_that_the_index_refuses_fail_their_company_alone(tmp_path: Path) -> None:
    def work(job: Job) -> Output:
        cik = ord(job.unit)
        frame = passages(cik, length=2.0 if job.unit == "B" else 1.0)
        return Output(1, passages=Passages(cik, frame, "a model"))

    runs = Runs(tmp_path, lambda: [fetch(World(), run=work, writes=(), indexed=True)])
    report = runs("A", "B", "C")
    assert units(report) == {"A": "ran", "B": "failed", "C": "ran"}
    assert "not of unit length" in report.manifest.stages[0].failures[0].reason
    assert set(runs.last.store.index.passages(None)["cik"]) == {ord("A"), ord("C")}
    assert units(runs("A", "B", "C")) == {"A": "fresh", "B": "failed", "C": "fresh"}


def passages(cik: int, length: float) -> pl.DataFrame:
    row = {"passage_id": f"p{cik}", "cik": cik, "document_sha": "sha", "start": 0, "end": 4, "form": "10-K"}
    row |= {"accepted": MOMENT, "text": "text", "vector": [length, 0.0]}
    return pl.DataFrame([row], schema_overrides={"vector": pl.Array(pl.Float32, 2)})


def same_company(*tickers: str) -> Scope:
    return Scope("test", "one company's tickers", tuple(Company(ticker, 1652044) for ticker in tickers))


def test_another_ticker_of_a_company_that_is_held_elsewhere_is_busy(tmp_path: Path, world: World) -> None:
    current, stage = session(tmp_path, patience=0), fetch(world)
    with another_process(current.store.directories.lock("fetch.CIK0001652044")), pytest.raises(BusyError):
        run(current, [stage], [stage], same_company("GOOG"), Options())
    assert world.asked == []


@pytest.mark.parametrize("threads", [1, 2])
def test_the_tickers_of_one_company_wait_for_each_other_in_one_run(tmp_path: Path, world: World, threads: int) -> None:
    current, stage = session(tmp_path, patience=0), fetch(world, threads=lambda _session: threads)
    report = run(current, [stage], [stage], same_company("A", "B", "C"), Options())
    assert (report.exit_code, units(report)) == (ExitCode.DONE, dict.fromkeys("ABC", "ran"))


def test_two_share_classes_of_one_company_do_not_collide(tmp_path: Path) -> None:
    """GOOG and GOOGL are one CIK: what the second says replaces what the first said, as if it had come later."""

    def work(job: Job) -> Output:
        return Output(1, (Rows(RATES, ("1652044",), rates("1652044", 1.0 if job.unit == "A" else 2.0)),))

    runs = Runs(tmp_path, lambda: [fetch(World(), run=work)])
    assert runs("A", "B").exit_code is ExitCode.DONE
    assert values(runs) == {"1652044": 2.0}


@contextmanager
def another_process(lock: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that holds ``lock`` until it is told to end, and kill it if it was not."""
    program = (
        "import sys; from pathlib import Path; from p3.data import locks; sys.argv = ['/bin/p3', 'e2e', 'm7']\n"
        f"with locks.held(Path({str(lock)!r}), 'fetch'): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.communicate("", timeout=10)


def test_a_company_held_elsewhere_is_busy_and_names_the_holder(tmp_path: Path, world: World) -> None:
    runs = Runs(tmp_path, lambda: [fetch(world), derive()], {"patience": 0})
    with another_process(session(tmp_path).store.directories.lock("fetch.B")) as holder:
        with pytest.raises(BusyError) as caught:
            runs("A", "B", "C")
        assert f"process {holder.pid} (`p3 e2e m7`)" in caught.value.message
    assert world.asked == ["A", "C"]
    assert set(values(runs)) == {"A", "C"}  # the others are done and kept
    assert runs("A", "B", "C").exit_code is ExitCode.DONE
    assert world.asked == ["A", "C", "B"]


def test_a_company_held_elsewhere_is_waited_for(runs: Runs, world: World) -> None:
    with another_process(session(runs.root).store.directories.lock("fetch.A")) as holder:
        world.answers["B"] = 2.0
        ask = world.ask

        def asked(job: Job) -> Output:
            if job.unit == "B":
                holder.communicate("", timeout=10)
            return ask(job)

        report = Runs(runs.root, lambda: [fetch(world, run=asked)])("A", "B")
    assert report.exit_code is ExitCode.DONE
    assert world.asked == ["B", "A"]


def test_what_another_process_made_meanwhile_is_not_made_again(tmp_path: Path) -> None:
    """Another run makes B while this one is at A: this one finds it made."""
    worlds = World(), World()
    other = Runs(tmp_path, lambda: [fetch(worlds[1])])

    def asked(job: Job) -> Output:
        if job.unit == "A":
            other("B")
        return worlds[0].ask(job)

    report = Runs(tmp_path, lambda: [fetch(worlds[0], run=asked)])("A", "B")
    assert units(report) == {"A": "ran", "B": "fresh"}
    assert (worlds[0].asked, worlds[1].asked) == (["A"], ["B"])


@pytest.mark.parametrize("threads", [1, 4])
def test_units_may_run_at_once(tmp_path: Path, world: World, threads: int) -> None:
    """Each waits until as many run as there are threads, so that fewer would not end."""
    gate = threading.Barrier(threads)

    def asked(job: Job) -> Output:
        gate.wait(timeout=30)
        return world.ask(job)

    names = "ABCDEFGH"
    runs = Runs(tmp_path, lambda: [fetch(world, run=asked, threads=lambda _session: threads)])
    assert runs(*names).exit_code is ExitCode.DONE
    assert sorted(world.asked) == list(names)
    assert set(values(runs)) == set(names)


def test_an_error_of_one_thread_ends_the_stage_and_keeps_what_is_done(tmp_path: Path, world: World) -> None:
    world.answers["C"] = ConfigurationError("no identity", "set it")
    runs = Runs(tmp_path, lambda: [fetch(world, threads=lambda _session: 2)])
    with pytest.raises(ConfigurationError, match="no identity"):
        runs(*"ABCDEFGH")
    assert len(world.asked) < 8
    assert set(values(runs)) <= set("ABDEFGH")


def test_a_dry_run_changes_nothing(runs: Runs, world: World) -> None:
    current = session(runs.root)
    every = [fetch(world), derive()]
    steps = dry_run(current, every, every, scope("A"), Options())
    assert [(step.action, step.why) for step in steps] == [(Action.RUN, "never run"), (Action.RUN, "fetch runs first")]
    assert world.asked == []
    assert current.store.tables.version(RATES) is None


def test_a_full_disk_at_the_commit_leaves_no_record(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = session(tmp_path)

    def full(*_: object) -> int:
        raise ConfigurationError("cannot write rates", "Free space.")

    monkeypatch.setattr(current.store.tables, "replace", full)
    with pytest.raises(ConfigurationError):
        run(current, [fetch(world)], [fetch(world)], scope("A"), Options())
    assert [row["key"] for row in current.store.ledger.unit_records(["fetch"])] == [UNDER_WAY]
    monkeypatch.undo()
    assert (
        run(session(tmp_path), [fetch(world)], [fetch(world)], scope("A"), Options()).manifest.stages[0].status == "ran"
    )


def test_a_log_that_cannot_be_written_does_not_hide_the_error(
    runs: Runs, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    from p3.cli.logs import configure

    current = session(runs.root)
    (runs.root / "results").mkdir()
    (runs.root / "results" / "logs").write_text("a file")
    configure(current.store.directories.log, current, verbose=False)
    world.answers["A"] = ConfigurationError("no identity", "set it")
    with pytest.raises(ConfigurationError, match="no identity"):
        run(current, [fetch(world)], [fetch(world)], scope("A"), Options())
    assert "Traceback" not in capsys.readouterr().err


def manifest_of(current: Session) -> dict:
    return json.loads((current.store.directories.run(current.run_id) / "manifest.json").read_text())


CHECKOUT = Path(__file__).parents[3]


def test_what_is_not_complete_has_a_result_and_is_taken_up_again(tmp_path: Path, world: World) -> None:
    """An order that still works at the broker is printed now, and asked for again by the next run."""

    def unfinished(job: Job) -> Output:
        return replace(world.ask(job), complete=False, problems=(Problem("order 1", "working"),))

    stage = fetch(world, kind=Kind.ACT, run=unfinished)
    for _ in range(2):
        report = run(session(tmp_path), [stage], [stage], scope("A"), Options())
        assert report.exit_code is ExitCode.PARTIAL
        assert report.manifest.stages[0].results == {"A": "is 1.0"}
    assert world.asked == ["A", "A"]
    done = fetch(world, kind=Kind.ACT)
    assert run(session(tmp_path), [done], [done], scope("A"), Options()).exit_code is ExitCode.DONE
