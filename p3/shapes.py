"""The JSON that each command prints with --json. Fields may be added, never renamed or removed.

Times are UTC in ISO 8601; money is in single units of the unit named; percentages and ratios are fractions; pages count
from 1; ``document`` is the file name as filed or ingested; ``origin`` says where the data came from, so that the sample
is marked as such.
"""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Duration = Literal["annual", "quarter", "ttm"]
FetchStatus = Literal["updated", "fresh", "failed", "untried"]
Ended = Literal["ran", "fresh", "failed", "blocked", "untried"]


class Shape(BaseModel):
    """A documented JSON document or a part of one."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class FailureShape(Shape):
    """Something that did not succeed."""

    unit: str
    what: str
    reason: str


class StageShape(Shape):
    """A stage as the commands `embed`, `facts SCOPE` and `fetch-prices` print it, and as `e2e` lists it."""

    name: str
    status: Ended
    why: str
    rows: int
    seconds: float
    units: dict[str, Ended]
    failures: list[FailureShape]


class StageRun(Shape):
    """One stage run by its own command."""

    run_id: str
    scope: str
    as_of: str
    origin: str
    stage: StageShape


class DeadLetter(Shape):
    """Something that failed for good: how often it was tried, and what for."""

    stage: str
    unit: str
    what: str
    reason: str
    attempts: int
    first_seen: str
    last_seen: str
    run_id: str


class DeadLetters(Shape):
    """`dlq list`, and `dlq retry` with the stages that it ran: what is still open."""

    letters: list[DeadLetter]
    runs: list[StageRun]


class IngestedDocument(Shape):
    """One document of `ingest`; ``accession`` is the name that p3 gave it."""

    document: str
    accession: str
    form: str
    period: date | None
    fiscal_year: int | None
    accepted: str
    pages: int | None
    characters: int
    status: Literal["added", "known"]


class Ingest(Shape):
    """`ingest`; ``cik`` is null where EDGAR does not know the company."""

    run_id: str
    ticker: str
    cik: int | None
    documents: list[IngestedDocument]
    refused: list[FailureShape]


class FetchedCompany(Shape):
    """One company of `fetch-sec`."""

    ticker: str
    cik: int | None
    filings: int
    facts: int
    status: FetchStatus
    error: str | None
    missing: list[str]


class FetchSec(Shape):
    """`fetch-sec`."""

    run_id: str
    scope: str
    as_of: str
    origin: str
    requests: int
    bytes: int
    seconds: float
    companies: list[FetchedCompany]


class Source(Shape):
    """A fact that a value came from."""

    taxonomy: str
    concept: str
    unit: str
    start: date | None
    end: date
    value: float
    accession: str
    accepted: str


class ItemValue(Shape):
    """A line item of a period; ``derived`` is the formula of a value that no single fact gave.

    ``value`` is as filed. Of share counts and amounts per share, ``split_adjusted`` is the value on the share basis of
    the as-of, and ``split_factor`` how many shares of that basis one share as filed is; null for money, with
    --as-filed, and where the splits since the filing are not known. ``violates`` names the identities that the value
    breaks with others of its period.
    """

    value: float
    unit: str
    sources: list[Source]
    derived: str | None
    known_from: str
    split_adjusted: float | None = None
    split_factor: float | None = None
    violates: list[str] = []


class FactsPeriod(Shape):
    """A fiscal period and its line items; ``growth`` is the change of some on the same period a year before."""

    start: date | None
    end: date
    label: str
    items: dict[str, ItemValue]
    growth: dict[str, float] = {}


class Facts(Shape):
    """`facts TICKER`; ``splits_from`` and ``splits_until`` are the days between which the ticker's splits are known."""

    ticker: str
    cik: int
    name: str
    currency: str
    as_of: str
    origin: str
    duration: Duration
    periods: list[FactsPeriod]
    splits_from: date | None = None
    splits_until: date | None = None


class FactsWithSources(Facts):
    """`facts TICKER --sources`: the same JSON; the terminal lists the sources too."""


class ItemVersion(Shape):
    """What an item was said to be from ``known_from`` on, by the filing ``accession``, and why that was new.

    ``change`` is against the version before, both as filed, ``percent`` the same as a fraction; ``split_factor`` is how
    many shares of this version's basis one of the version before is, null where splits are not known. ``cause`` is
    split where that alone explains the change, and rounded where a statement went over to a coarser unit.
    """

    value: float
    known_from: str
    accession: str
    form: str | None
    cause: Literal["first", "restated", "split", "rounded"]
    change: float | None
    percent: float | None
    split_factor: float | None
    derived: str | None
    sources: list[Source]


class ItemHistory(Shape):
    """An item of a period that changed after it was first reported: its versions, the oldest first."""

    item: str
    start: date | None
    end: date
    label: str
    unit: str
    versions: list[ItemVersion]


class Restatements(Shape):
    """`facts TICKER --restatements`: what changed in the periods from ``first`` to ``last``, as known at the as-of."""

    ticker: str
    cik: int
    name: str
    currency: str
    as_of: str
    origin: str
    duration: Duration
    first: str
    last: str
    splits_from: date | None
    splits_until: date | None
    histories: list[ItemHistory]


class FactsExport(Shape):
    """`facts --export`: the file that was written; ``left_out`` are companies of which nothing was known."""

    file: str
    scope: str
    as_of: str
    origin: str
    durations: list[Duration]
    companies: int
    rows: int
    left_out: list[FailureShape]


class Violation(Shape):
    """An identity that a period breaks: its sides differ by more than ``tolerance``, which is what rounding may do."""

    identity: str
    duration: str
    label: str
    end: date
    left: float
    right: float
    difference: float
    tolerance: float
    items: list[str]


class IdentityCount(Shape):
    """How often an identity could be evaluated for a company, and held."""

    identity: str
    evaluated: int
    passed: int


class CheckedCompany(Shape):
    """One company of `facts --check`.

    Of ``items_expected``, the items that its industry reports, ``items_resolved`` have a value in its newest period.
    """

    ticker: str
    cik: int
    newest: str
    periods: int
    items_expected: int
    items_resolved: int
    missing: list[str]
    evaluated: int
    passed: int
    identities: list[IdentityCount]
    violations: list[Violation]


class FactsCheck(Shape):
    """`facts --check`; ``left_out`` are companies of which nothing was known."""

    scope: str
    as_of: str
    origin: str
    companies: list[CheckedCompany]
    left_out: list[FailureShape]


class Passage(Shape):
    """A hit of `search`.

    ``start`` and ``end`` count characters of the document's text; ``first_byte`` and ``end_byte`` are where these stand
    in the document as stored, ``cells`` are those of a workbook, ``type`` is the form or an exhibit's, such as EX-99.1,
    ``why`` are the reasons for its place, with what each adds to the score.
    """

    rank: int
    score: float
    ticker: str
    form: str
    type: str | None
    accession: str
    document: str
    section: str | None
    page: int | None
    start: int
    end: int
    first_byte: int | None
    end_byte: int | None
    cells: str | None
    accepted: str
    text: str
    why: list[str]
    origin: str


class Search(Shape):
    """`search`."""

    query: str
    filters: dict[str, Any]
    seconds: float
    passages: list[Passage]


class EvaluatedQuestion(Shape):
    """A question of `eval retrieval`.

    ``rank`` counts distinct pages from 1 and is null where none of the first 20 is right; ``first_document`` and
    ``first_page`` are what came first.
    """

    id: str
    question: str
    rank: int | None
    first_document: str | None
    first_page: int | None


class EvalRetrieval(Shape):
    """`eval retrieval`: shares of the questions with a right page among the first so many, and the mean of 1/rank.

    ``named`` tells whether each question was asked of the documents that answer it alone.
    """

    file: str
    named: bool
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr: float
    questions: list[EvaluatedQuestion]


class Citation(Shape):
    """What a claim of an answer stands on: a fact, or a span of a document."""

    n: int
    document: str | None
    accession: str | None
    section: str | None
    page: int | None
    start: int | None
    end: int | None
    quote: str | None
    concept: str | None
    period: str | None
    value: float | None = None
    unit: str | None = None


class Ask(Shape):
    """`ask`. ``standing`` is what the confidence lets the answer do: one of medium standing goes out marked, one of low
    standing is withheld and waits in `review`. ``cached``: it was given before, from the same data.
    """

    question: str
    as_of: str
    answer: str
    value: float | None
    unit: str | None
    formula: str | None
    status: Literal["answered", "abstained"]
    confidence: float
    standing: Literal["high", "medium", "low"] = "low"
    route: str
    tier: str
    citations: list[Citation]
    reasoning_id: str
    seconds: float
    cached: bool = False
    origin: str


class JudgedAnswer(Shape):
    """An answer of `eval ask` and whether it is right: the number expected, in single units, where there is one."""

    id: str
    question: str
    expected: float | None
    expected_unit: str | None
    verdict: Literal["right", "wrong", "abstained"]
    value: float | None
    unit: str | None
    answer: str
    route: str
    confidence: float
    seconds: float
    reasoning_id: str


class ReliabilityBin(Shape):
    """The answers whose confidence lies from ``low`` to ``high``: how many, their mean confidence, the share right."""

    low: float
    high: float
    answers: int
    confidence: float | None
    right: float | None


class EvalAsk(Shape):
    """`eval ask`: how many answers are right, wrong and withheld, and how well confidence tells which.

    ``calibration_error`` is the mean distance of confidence and share right, weighted by answers.
    """

    file: str
    right: int
    wrong: int
    abstained: int
    reliability: list[ReliabilityBin]
    calibration_error: float | None
    questions: list[JudgedAnswer]


class EvalPrompts(Shape):
    """`eval ask --compare`: what each prompt template gave."""

    templates: dict[str, EvalAsk]


class Correction(Shape):
    """What a person put in place of a draft."""

    answer: str
    value: float | None
    unit: str | None


class ReviewedAnswer(Shape):
    """An answer that was too doubtful to go out: the draft, and what was decided of it."""

    reasoning_id: str
    question: str
    reason: str
    status: Literal["open", "approved", "corrected", "rejected"]
    created: str
    decided: str | None
    note: str | None
    draft: str
    value: float | None
    unit: str | None
    confidence: float
    correction: Correction | None


class Reviews(Shape):
    """`review`."""

    reviews: list[ReviewedAnswer]


class Chain(Shape):
    """How an answer came about: ``steps`` holds request, passages, model, gate, signals and times, as far as there were
    any; ``versions`` the tables' versions read; ``review`` what was decided of it.
    """

    run_id: str
    created: str
    ask: Ask
    steps: dict[str, Any]
    versions: dict[str, int]
    review: ReviewedAnswer | None


class Chains(Shape):
    """`chain list`, newest first, and `chain show`."""

    chains: list[Chain]


class Replay(Shape):
    """`chain replay`: the answer given then, and the one that the same data give now; ``differs`` names the fields."""

    then: Ask
    now: Ask
    differs: list[str]


class ValuationInput(Shape):
    """An input of a valuation: where it came from, or by whose choice."""

    name: str
    value: float | None
    unit: str
    sources: list[Source]
    assumption: str


class ThesisClaim(Shape):
    """A claim of a thesis, and the ``quotation`` of the valuation's figures that it rests on."""

    sentence: str
    quotation: str


class ThesisShape(Shape):
    """What a language model wrote of a valuation: ``claims`` that passed the gate, and why others were ``withheld``.

    ``tier`` is the one that answered, null where none did; ``unanswered`` says why others did not.
    """

    claims: list[ThesisClaim]
    withheld: list[str]
    tier: str | None
    unanswered: list[str]


class ValuationShape(Shape):
    """One company of `dcf`; ``refused`` gives the reason where no model fits.

    ``discount_rate`` is that of the first years: the ``wacc``, or the ``cost_of_equity`` where the model's flows are
    the owners', and ``wacc`` is null. ``detail`` holds the reason for the model, the forecast by year, the bridge to
    equity, ``terminal_share`` (of the terminal value in the whole), named scenarios, sensitivity, tornado and
    cross-checks.
    """

    valuation_id: str
    ticker: str
    model: str | None
    value_per_share: float | None
    price: float | None
    price_date: date | None
    upside: float | None
    wacc: float | None
    terminal_growth: float | None
    distribution: dict[str, float] | None
    probability_undervalued: float | None
    implied_growth: float | None
    inputs: list[ValuationInput]
    refused: str | None
    origin: str
    as_of: str | None = None
    cik: int | None = None
    cost_of_equity: float | None = None
    discount_rate: float | None = None
    thesis: ThesisShape | None = None
    detail: dict[str, Any] = {}


class Dcf(Shape):
    """`dcf`; with --history one valuation for each moment at which a company's figures changed, the oldest first.

    ``report`` is the page that --report wrote.
    """

    run_id: str
    as_of: str
    valuations: list[ValuationShape]
    history: bool = False
    report: str | None = None


class Decision(Shape):
    """The target weights of one rebalancing."""

    date: date
    weights: dict[str, float]


class Backtest(Shape):
    """`backtest`."""

    run_id: str
    backtest_id: str
    strategy: str
    scope: str
    start: date
    end: date
    sessions: int
    metrics: dict[str, float | None]
    benchmark: dict[str, float | None]
    equity: list[tuple[date, float]]
    decisions: list[Decision]
    report: str | None
    origin: str


class OrderShape(Shape):
    """One order of `trade`."""

    client_order_id: str
    ticker: str
    side: str
    quantity: float
    type: str
    limit: float | None
    status: str
    filled_quantity: float
    average_price: float | None
    reasons: list[str]


class RefusalShape(Shape):
    """A risk limit or gate that said no."""

    rule: str
    detail: str


class Trade(Shape):
    """`trade`; ``cash`` and ``positions`` are the simulated account's, null where the account is the broker's."""

    run_id: str
    mode: str
    account: str
    decision_id: str | None
    orders: list[OrderShape]
    refused: list[RefusalShape]
    cash: float | None
    positions: dict[str, float] | None
    origin: str


class E2E(Shape):
    """`e2e`."""

    run_id: str
    scope: str
    as_of: str
    origin: str
    status: str
    stages: list[StageShape]
    report: str | None


class PlanStep(Shape):
    """What a run would do with one unit, and why."""

    stage: str
    unit: str
    action: Literal["run", "fresh", "blocked"]
    why: str


class Plan(Shape):
    """`e2e --dry-run`."""

    scope: str
    as_of: str
    steps: list[PlanStep]


class Link(Shape):
    """One link of the chain from an order to a filing; ``sql`` opens it in `p3 sql`."""

    kind: str
    title: str
    detail: dict[str, Any]
    sql: str | None


class Trace(Shape):
    """`trace ORDER`."""

    order: str
    origin: str
    links: list[Link]
    audit_entries: int


class Rows(Shape):
    """`sql`."""

    columns: list[str]
    rows: list[dict[str, Any]]


class SettingShape(Shape):
    """A setting and where it came from; secrets are masked."""

    name: str
    value: str
    source: str


class CheckShape(Shape):
    """Whether a part works here, and what to do where it does not."""

    part: str
    ok: bool
    detail: str
    remedy: str


class EnvStatus(Shape):
    """`env-status`."""

    version: str
    data_dir: str
    settings: list[SettingShape]
    checks: list[CheckShape]
    tables: dict[str, int]


class DriftShape(Shape):
    """What is wrong in the index: of one document, of a company, or of all where ``company`` is empty.

    Documents without passages (absent), passages of documents that are gone (orphaned), passages that are there twice
    (doubled), that lack a vector of length one (no vector) or are not as many as were made (lost), an index that cannot
    be read, and files of killed writers (left behind). ``count`` is of passages, or of files.
    """

    company: str
    kind: Literal["absent", "orphaned", "doubled", "no vector", "lost", "unreadable", "left behind"]
    document: str | None = None
    count: int = 0
    detail: str = ""


class Doctor(Shape):
    """`doctor`: documents and passages looked at, what is wrong, and how many documents wait for `p3 embed`.

    ``repaired``: what is wrong was dropped.
    """

    documents: int
    passages: int
    waiting: int
    drift: list[DriftShape]
    repaired: bool


class ModelStatus(Shape):
    """A look at a model: what it calls itself; ``memory`` is the bytes that a file maps, unknown for a server."""

    reachable: bool
    model: str | None
    seconds: float | None
    memory: int | None
    detail: str
    remedy: str


class ModelBench(Shape):
    """What one summary took a model; ``memory`` is the most bytes that this process held, unknown for a server."""

    failure: str | None
    model: str | None = None
    seconds: float | None = None
    first_token_seconds: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    tokens_per_second: float | None = None
    memory: int | None = None


class ModelBackend(Shape):
    """A GGUF file or a server; ``key`` names the variable or the keyring's entry that holds its key."""

    name: str
    place: str
    format: str
    key: str | None
    key_set: bool | None
    status: ModelStatus | None
    bench: ModelBench | None


class ModelTier(Shape):
    """A tier: the complexity from which it is chosen, its context, and the seconds that a reply may take."""

    tier: str
    from_score: float
    context_tokens: int
    timeout: float
    backends: list[ModelBackend]


class Models(Shape):
    """`models`; ``source`` is where its backends are listed."""

    source: str
    tiers: list[ModelTier]
