"""Whether a run should go on after a stage, and how it ended."""

from collections.abc import Sequence

from p3.errors import DataError, ExitCode, InputMissingError, P3Error, UpstreamError
from p3.scope import CUSTOM, Scope
from p3.settings import Workflow
from p3.workflow.manifest import Manifest, StageReport


def exit_code(manifest: Manifest, error: P3Error | None) -> ExitCode:
    """Return the exit code of a run that ``error`` ended, None where nothing did."""
    if error is not None:
        return error.exit_code
    return ExitCode.PARTIAL if manifest.status == "partial" else ExitCode.DONE


def hopeless(limits: Workflow, scope: Scope, report: StageReport, errors: Sequence[P3Error]) -> P3Error | None:
    """Return why the run should end: a stage got nothing, or too many companies failed for the rest to mean much."""
    if report.status == "blocked":
        return InputMissingError(f"{report.name}: {report.why}", f"Run `p3 {report.needs}{_words(scope)}` first.")
    failed = [unit for unit, ended in report.units.items() if ended == "failed"]
    if report.status == "failed":
        return errors[0] if len(errors) == 1 or _alike(errors) else _too_many(report, failed, errors)
    if len(failed) >= limits.refuse_after and len(failed) > limits.max_failure_rate * len(report.units):
        return _too_many(report, failed, errors)
    return None


def _words(scope: Scope) -> str:
    """Return the words that name ``scope`` on a command line, with a space before each."""
    return "".join(f" -t {ticker}" for ticker in scope.tickers[:3]) if scope.name == CUSTOM else f" {scope.name}"


def _alike(errors: Sequence[P3Error]) -> bool:
    return len({type(error) for error in errors}) == 1


def _too_many(report: StageReport, failed: Sequence[str], errors: Sequence[P3Error]) -> P3Error:
    reasons = "; ".join(f"{failure.unit}: {failure.reason}" for failure in report.failures[:3])
    kind = type(errors[0]) if _alike(errors) else DataError
    return _made(kind, f"{report.name} failed for {len(failed)} of {len(report.units)}: {reasons}")


def _made(kind: type[P3Error], message: str) -> P3Error:
    """Return an error for all companies: a service that is away is to be asked again, anything else is to be mended."""
    remedy = "Try again later." if issubclass(kind, UpstreamError) else "Mend it, or go on with --keep-going."
    return UpstreamError(message, remedy) if issubclass(kind, UpstreamError) else DataError(message, remedy)
