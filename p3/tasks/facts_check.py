"""Whether a scope's line items add up, company by company."""

from collections.abc import Sequence

from p3 import clock
from p3.facts import view
from p3.facts.checks import Check
from p3.facts.periods import ANNUAL
from p3.facts.rules import Rules, load_rules
from p3.shapes import CheckedCompany, FactsCheck, IdentityCount, Violation
from p3.tasks import facts
from p3.tasks.facts_scope import Held, held, left_out, nothing_known
from p3.tasks.identities import checked
from p3.workflow.result import Result
from p3.workflow.scoping import choose
from p3.workflow.session import Session
from p3.workflow.single import origin_of, run_one


def show_checks(
    session: Session, scope: str | None, tickers: Sequence[str] | None, last: int | None, force: bool
) -> Result:
    """Return how the items of a scope's companies add up as known at the as-of, in all or the ``last`` fiscal years.

    Raises InputMissingError where nothing was known of any company.
    """
    chosen = choose(session, scope, tickers)
    report = run_one(session, facts.stage(), chosen, {}, force)
    rules = load_rules()
    companies = [found for each in held(session, chosen) if (found := _company(session, each, rules, last))]
    if not companies:
        raise nothing_known(session, chosen)
    shape = FactsCheck(
        scope=chosen.name,
        as_of=clock.iso(session.as_of),
        origin=origin_of(session, chosen),
        companies=companies,
        left_out=left_out(chosen, {company.ticker for company in companies}),
    )
    return Result(shape, report.exit_code, report.notes)


def _company(session: Session, company: Held, rules: Rules, last: int | None) -> CheckedCompany | None:
    years = view.periods(company.line_items, session.as_of, ANNUAL)
    if not years:
        return None
    shown = years[-last:] if last else years
    every = checked(company.line_items, session.as_of, company.basis)
    checks = [each for each in every if each.end > shown[0].start]
    expected = _expected(rules, company)
    missing = [item for item in expected if item not in shown[-1].items]
    return CheckedCompany(
        ticker=company.ticker,
        cik=company.company["cik"],
        newest=shown[-1].label,
        periods=len(shown),
        items_expected=len(expected),
        items_resolved=len(expected) - len(missing),
        missing=missing,
        evaluated=len(checks),
        passed=sum(each.passed for each in checks),
        identities=_counts(checks),
        violations=[_violation(each) for each in checks if not each.passed],
    )


def _expected(rules: Rules, company: Held) -> list[str]:
    """Return the items that companies of the industry report."""
    industry = rules.industry(company.company["sic"])
    return [item.name for item in rules.items if item.formulas_for(industry) and not item.internal]


def _counts(checks: Sequence[Check]) -> list[IdentityCount]:
    names = dict.fromkeys(each.identity for each in checks)
    return [
        IdentityCount(
            identity=name,
            evaluated=sum(each.identity == name for each in checks),
            passed=sum(each.identity == name and each.passed for each in checks),
        )
        for name in names
    ]


def _violation(each: Check) -> Violation:
    return Violation(
        identity=each.identity,
        duration=each.duration,
        label=each.label,
        end=each.end,
        left=each.left,
        right=each.right,
        difference=each.difference,
        tolerance=each.tolerance,
        items=list(each.items),
    )
