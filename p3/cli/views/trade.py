"""The view of `p3 trade`: the orders, what was refused, and what the account holds."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, FittedTable, grid, heading, indented, one_line, remark, sample, status, unbroken
from p3.shapes import OrderShape, Trade
from p3.wording import number, quantity

_COLUMNS = (
    Column("side"),
    Column("shares", number=True),
    Column("ticker"),
    Column("status"),
    Column("filled", number=True),
    Column("price", number=True),
    Column("type", rank=2),
    Column("limit", number=True, rank=1),
)


def render(data: Trade) -> list[RenderableType]:
    """Return orders, refusals, positions and cash."""
    decided = f", {data.decision_id}" if data.decision_id else ""
    parts: list[RenderableType] = [
        remark(f"{data.mode} account {data.account}{decided}, run {data.run_id}"),
        *sample([data.origin]),
    ]
    if data.orders:
        parts.append(FittedTable(_COLUMNS, [_row(order) for order in data.orders]))
        for order in data.orders:
            parts += _reasons(order)
    else:
        parts.append(Text("No order."))
    if data.refused:
        parts.append(heading("Refused"))
    for refusal in data.refused:
        parts += [indented(one_line(refusal.rule, "bold red"), 2), indented(one_line(refusal.detail), 4)]
    return [*parts, heading("Account"), _account(data)]


def _row(order: OrderShape) -> list[Text]:
    return [
        one_line(order.side),
        one_line(quantity(order.quantity)),
        one_line(order.ticker, "bold"),
        status(order.status),
        one_line(quantity(order.filled_quantity)),
        one_line(number(order.average_price)),
        one_line(order.type),
        one_line(number(order.limit)),
    ]


def _reasons(order: OrderShape) -> list[RenderableType]:
    trace = unbroken("\np3 trace ", order.client_order_id)
    return [trace, *(indented(one_line(f"- {reason}"), 2) for reason in order.reasons)]


def _account(data: Trade) -> RenderableType:
    table = grid([Column("held"), Column("shares or money", number=True)])
    for ticker, shares in sorted((data.positions or {}).items()):
        table.add_row(one_line(ticker), one_line(quantity(shares)))
    table.add_row(one_line("cash"), one_line(number(data.cash)))
    return table
