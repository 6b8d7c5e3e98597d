"""Whether a run should go on after a stage, and how it ended."""

from collections.abc import Sequence

from p3.errors import DataError, ExitCode, InputMissingError, P3Error, UpstreamError
from p3.scope import CUSTOM, Scope
from p3.settings import Workflow
from p3.workflow.manifest import Manifest, StageReport
from p3.workflow.work import Work


def exit_code(manifest: Manifest, error: P3Error | None) -> ExitCode:
    """Return the exit code of a run that ``error`` ended, None where nothing did."""
    if error is not None:
        return error.exit_code
    return ExitCode.PARTIAL if manifest.status == "partial" else ExitCode.DONE


def hopeless(limits: Workflow, scope: Scope, report: StageReport, work: Work) -> P3Error | None:
    """Return why the run should end: a stage got nothing, its service is away, or too many companies failed."""
    if report.status == "blocked":
        return InputMissingError(f"{report.name}: {report.why}", f"Run `p3 {report.needs}{_words(scope)}` first.")
    if work.away is not None and report.untried:
        return _unanswered(report, work.away)
    failed = [unit for unit, ended in report.units.items() if ended == "failed"]
    if report.status == "failed":
        return work.errors[0] if _alike(work.errors) else _too_many(report, failed, work.errors)
    if len(failed) >= limits.refuse_after and len(failed) > limits.max_failure_rate * len(report.units):
        return _too_many(report, failed, work.errors)
    return None


def _words(scope: Scope) -> str:
    """Return the words that name ``scope`` on a command line, with a space before each."""
    return "".join(f" -t {ticker}" for ticker in scope.tickers[:3]) if scope.name == CUSTOM else f" {scope.name}"


def _alike(errors: Sequence[P3Error]) -> bool:
    return len({type(error) for error in errors}) == 1


def _unanswered(report: StageReport, away: UpstreamError) -> UpstreamError:
    untried = f"; not tried: {len(report.untried)} of {len(report.units)}" if len(report.units) > 1 else ""
    return UpstreamError(f"{away.message}{untried}", away.remedy or "Try again later.")


def _too_many(report: StageReport, failed: Sequence[str], errors: Sequence[P3Error]) -> P3Error:
    reasons = "; ".join(f"{failure.unit}: {failure.reason}" for failure in report.failures[:3])
    kind = type(errors[0]) if _alike(errors) else DataError
    return _made(kind, f"{report.name} failed for {len(failed)} of {len(report.units)}: {reasons}")


def _made(kind: type[P3Error], message: str) -> P3Error:
    """Return an error for all companies: a service that is away is to be asked again, anything else is to be mended."""
    remedy = "Try again later." if issubclass(kind, UpstreamError) else "Mend it, or go on with --keep-going."
    return UpstreamError(message, remedy) if issubclass(kind, UpstreamError) else DataError(message, remedy)
