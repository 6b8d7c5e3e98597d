"""Questions answered: one that a user asks, and the standard ones of `p3 e2e`."""

import tomllib
from collections.abc import Sequence
from importlib import resources

from p3.data.tables import LINE_ITEMS
from p3.errors import DataError
from p3.facts import view
from p3.tasks.asker import CODE, Asker
from p3.tasks.companies import cik_of, row_of
from p3.tasks.market import settle_as_of
from p3.tasks.model_tiers import configured
from p3.workflow.result import Result
from p3.workflow.scoping import choose
from p3.workflow.session import Session
from p3.workflow.single import company_of
from p3.workflow.stage import Job, Kind, Output, Stage


def stage() -> Stage:
    """Declare the stage: the standard questions, asked of each company."""
    return Stage(
        name="ask",
        kind=Kind.QUERY,
        place=50,
        reads=("facts", "embed"),
        writes=(),
        code=(*CODE, "config/questions.toml", "p3.tasks.ask"),
        parameters=lambda session: {
            "as_of": session.as_of_key,
            "model": configured(session.settings.language_model).identity,
        },
        run=_ask_standard,
        prepare=settle_as_of,
        resource=lambda session, _parameters: Asker(session),
    )


def ask(
    session: Session, question: str, tickers: Sequence[str], *, stream: bool = False, remember: bool = True
) -> Result:
    """Answer ``question`` about the companies that it names; ``tickers`` restrict it to theirs.

    With ``stream`` a model's draft is shown as it comes, before the gate; the result holds what passed it. Without
    ``remember`` it is answered anew, even where it was before.
    """
    ciks = [cik_of(session, company) for company in choose(session, None, tickers).companies] if tickers else []
    with Asker(session, session.progress.draft if stream else None, remember=remember) as asker:
        return Result(asker.ask(question, ciks), notes=tuple(session.notes))


def standard_questions(name: str, year: str) -> list[str]:
    """Return what `p3 e2e` asks of each company."""
    text = (resources.files("p3.common") / "config" / "questions.toml").read_text(encoding="utf-8")
    return [template.format(name=name, year=year) for template in tomllib.loads(text)["questions"]]


def _ask_standard(job: Job) -> Output:
    session, company = job.session, row_of(job.session, company_of(job))
    known = session.store.rows(LINE_ITEMS, "cik = ? AND known_from <= ?", [company["cik"], session.as_of])
    years = view.periods(known, session.as_of, "annual")
    if not years:
        raise DataError(f"no fiscal year of {job.unit} was known at the as-of", "Choose a later --as-of.")
    name = company_of(job).name or company["name"].title()
    asked = [job.resource.ask(question, [company["cik"]]) for question in standard_questions(name, years[-1].label[2:])]
    answered = sum(each.status == "answered" for each in asked)
    return Output(
        rows=len(asked),
        content=",".join(each.reasoning_id for each in asked),
        note=f"{answered} of {len(asked)} answered",
    )
