"""The ledger's tables and the migrations that make them.

Moments are ISO 8601 text in UTC, which sorts and reads alike everywhere.
"""

from collections.abc import Callable

import sqlalchemy as sa

METADATA = sa.MetaData()
MIGRATIONS: dict[str, Callable[[sa.Connection], None]] = {}

migrations = sa.Table(
    "migrations",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("applied", sa.String, nullable=False),
)

runs = sa.Table(
    "runs",
    METADATA,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("command", sa.String, nullable=False),
    sa.Column("scope", sa.String, nullable=False),
    sa.Column("as_of", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("started", sa.String, nullable=False),
    sa.Column("finished", sa.String),
    sa.Column("manifest", sa.String),
)

units = sa.Table(
    "units",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tree", sa.String, nullable=False),  # the data tree's id: several trees may share a ledger
    sa.Column("stage", sa.String, nullable=False),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("key", sa.String, nullable=False),
    sa.Column("output", sa.String, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("run_id", sa.String, nullable=False),
    sa.Column("finished", sa.String, nullable=False),
    sa.Column("note", sa.Text),
    sa.Index("ix_units_tree_stage_unit_key", "tree", "stage", "unit", "key", "id"),
)

dead_letters = sa.Table(
    "dead_letters",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tree", sa.String, nullable=False),
    sa.Column("stage", sa.String, nullable=False),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("what", sa.String, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_seen", sa.String, nullable=False),
    sa.Column("last_seen", sa.String, nullable=False),
    sa.Column("run_id", sa.String, nullable=False),
    sa.Column("resolved", sa.String),
    sa.UniqueConstraint("tree", "stage", "unit", "what"),
)

chains = sa.Table(
    "chains",
    METADATA,
    sa.Column("reasoning_id", sa.String, primary_key=True),
    sa.Column("run_id", sa.String, nullable=False),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("as_of", sa.String, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),  # JSON: the answer as printed
    sa.Column("steps", sa.Text, nullable=False),  # JSON: how it came about
    sa.Column("versions", sa.Text, nullable=False),  # JSON: table versions read
)

reviews = sa.Table(
    "reviews",
    METADATA,
    sa.Column("reasoning_id", sa.String, primary_key=True),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("status", sa.String, nullable=False),  # open, approved, corrected or rejected
    sa.Column("decided", sa.String),
    sa.Column("correction", sa.Text),  # JSON: answer, value and unit in place of the draft's
    sa.Column("note", sa.Text),
)

cached_answers = sa.Table(
    "cached_answers",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("tree", sa.String, nullable=False),
    sa.Column("data", sa.String, nullable=False),  # hash of table versions, companies, model and code
    sa.Column("request", sa.String, nullable=False),  # hash of the question as it was understood
    sa.Column("vector", sa.LargeBinary),  # float32, of unit length; null for a computed answer
    sa.Column("as_of", sa.String, nullable=False),
    sa.Column("until", sa.String),  # when the next thing becomes known; null: nothing is known to come
    sa.Column("reasoning_id", sa.String, nullable=False),
    sa.Index("ix_cached_answers_tree_data", "tree", "data"),
)

answer_counts = sa.Table(
    "answer_counts",
    METADATA,
    sa.Column("tree", sa.String, primary_key=True),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("hits", sa.Integer, nullable=False),
)

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("previous", sa.String, nullable=False, unique=True),  # unique: the log cannot fork
    sa.Column("digest", sa.String, nullable=False, unique=True),
)


plans = sa.Table(
    "plans",
    METADATA,
    sa.Column("account_id", sa.String, primary_key=True),
    sa.Column("decision_id", sa.String, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("expires", sa.String, nullable=False),
)

# Money and share counts are decimal text: exact, and the same in every database.
orders = sa.Table(
    "orders",
    METADATA,
    sa.Column("account_id", sa.String, primary_key=True),
    sa.Column("client_order_id", sa.String, primary_key=True),
    sa.Column("decision_id", sa.String, nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False),  # within its plan
    sa.Column("ticker", sa.String, nullable=False),
    sa.Column("side", sa.String, nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("type", sa.String, nullable=False),
    sa.Column("limit", sa.String),
    sa.Column("reference_price", sa.String, nullable=False),
    sa.Column("held", sa.String, nullable=False),  # shares held when it was sized
    sa.Column("reasons", sa.Text, nullable=False),  # JSON
    sa.Column("status", sa.String, nullable=False),
    sa.Column("filled_quantity", sa.String, nullable=False),
    sa.Column("average_price", sa.String),
    sa.Column("broker_order_id", sa.String),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("updated", sa.String, nullable=False),
)

simulated_accounts = sa.Table(
    "simulated_accounts",
    METADATA,
    sa.Column("account_id", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("cash", sa.String, nullable=False),
    sa.Column("positions", sa.Text, nullable=False),  # JSON: shares by ticker
    sa.Column("settled_through", sa.String, nullable=False),
)

simulated_orders = sa.Table(
    "simulated_orders",
    METADATA,
    sa.Column("account_id", sa.String, primary_key=True),
    sa.Column("client_order_id", sa.String, primary_key=True),
    sa.Column("broker_order_id", sa.String, nullable=False),
    sa.Column("ticker", sa.String, nullable=False),
    sa.Column("side", sa.String, nullable=False),
    sa.Column("quantity", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("filled_quantity", sa.String, nullable=False),
    sa.Column("average_price", sa.String),
    sa.Column("detail", sa.Text, nullable=False),
)


def migration(step: Callable[[sa.Connection], None]) -> Callable[[sa.Connection], None]:
    """Register a schema change, applied once to each ledger, in the order of definition."""
    MIGRATIONS[step.__name__] = step
    return step


@migration
def m001_runs_chains_audit(connection: sa.Connection) -> None:
    """Make the tables of runs, reasoning chains and the audit log."""
    METADATA.create_all(connection, tables=[runs, units, dead_letters, chains, audit])


@migration
def m002_orders(connection: sa.Connection) -> None:
    """Make the tables of order plans, orders and simulated accounts."""
    METADATA.create_all(connection, tables=[plans, orders, simulated_accounts, simulated_orders])


@migration
def m003_reviews_cache(connection: sa.Connection) -> None:
    """Make the tables of the review queue and of cached answers."""
    METADATA.create_all(connection, tables=[reviews, cached_answers, answer_counts])
