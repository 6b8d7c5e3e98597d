"""Line items of debt, liabilities and payables, on invented balance sheets."""

from annual_report import IFRS, MAKER, items

CURRENT: dict[str, float] = {"@LiabilitiesCurrent": 300}


def short_term(**balances: float) -> float | None:
    return _item("short_term_debt", balances)


def long_term(**balances: float) -> float | None:
    return _item("long_term_debt", balances)


def _item(name: str, balances: dict[str, float]) -> float | None:
    lines = {f"@{concept}": value for concept, value in balances.items()}
    return items(MAKER, {**CURRENT, **lines}).get(name)


def test_debt_with_finance_leases_is_the_balance_sheet_s_line() -> None:
    assert long_term(LongTermDebtNoncurrent=100, LongTermDebtAndCapitalLeaseObligations=112) == 112
    both = {"LongTermDebtCurrent": 10.0, "LongTermDebtAndCapitalLeaseObligationsCurrent": 13.0}
    assert short_term(**both, CommercialPaper=5) == 18


def test_total_current_debt_that_is_less_than_a_part_is_no_total() -> None:
    assert short_term(DebtCurrent=10, LongTermDebtAndCapitalLeaseObligationsCurrent=13) == 13
    assert short_term(DebtCurrent=10, LongTermDebtCurrent=10, ShortTermBorrowings=0) == 10
    assert short_term(DebtCurrent=10, ShortTermBorrowings=20) is None


def test_borrowings_and_the_current_portion_of_long_term_debt_add_up() -> None:
    assert short_term(ShortTermBorrowings=9, CommercialPaper=8, LongTermDebtCurrent=30) == 39
    assert short_term(NotesPayableCurrent=7, LongTermDebtCurrent=30) == 37
    assert short_term(LongTermDebtCurrent=30, SeniorNotesCurrent=25) == 30
    assert short_term(LongTermDebtCurrent=30, ConvertibleDebtCurrent=0, LinesOfCreditCurrent=0) == 30


def test_current_debt_is_missing_where_one_line_may_be_a_part_of_another() -> None:
    assert short_term(LongTermDebtCurrent=30, ConvertibleDebtCurrent=20) is None
    assert short_term(CommercialPaper=5, NotesPayableCurrent=7, LongTermDebtCurrent=30) is None
    assert short_term(ShortTermBorrowings=9, LinesOfCreditCurrent=4) is None


def test_more_commercial_paper_than_notes_is_no_part_of_them() -> None:
    assert short_term(CommercialPaper=50, NotesPayableCurrent=7, LongTermDebtCurrent=30) == 87
    assert short_term(CommercialPaper=50, NotesPayableCurrent=7) == 57
    assert (
        short_term(CommercialPaper=50, NotesPayableCurrent=7, LongTermDebtCurrent=30, ConvertibleDebtCurrent=20) is None
    )


def test_a_line_that_holds_the_current_portion_counts_it_once() -> None:
    assert short_term(ShortTermBorrowings=90, CommercialPaper=60, LongTermDebtCurrent=30) == 90
    assert short_term(NotesPayableCurrent=30, LongTermDebtCurrent=30) == 30


def test_an_unclassified_balance_sheet_tells_borrowings_and_all_long_term_debt() -> None:
    lines: dict[str, float] = {"@ShortTermBorrowings": 90, "@LongTermDebtCurrent": 30, "@LongTermDebt": 500}
    got = items(MAKER, lines)
    assert (got["short_term_debt"], got["long_term_debt"]) == (90, 500)


def test_long_term_debt_that_may_include_the_current_part_is_missing() -> None:
    assert long_term(LongTermDebt=500) == 500
    assert long_term(LongTermDebt=500, LongTermDebtCurrent=0) == 500
    assert long_term(LongTermDebt=500, LongTermDebtCurrent=100) is None
    assert long_term(LongTermDebt=500, LongTermDebtCurrent=100, LongTermDebtNoncurrent=400) == 400


def test_the_principal_proves_whether_long_term_debt_includes_the_current_part() -> None:
    debt = {"LongTermDebt": 500.0, "LongTermDebtCurrent": 100.0}
    assert long_term(**debt, DebtInstrumentCarryingAmount=610) == 500
    assert long_term(**debt, DebtInstrumentCarryingAmount=510) == 400
    assert long_term(**debt, DebtInstrumentCarryingAmount=800) is None


def test_kinds_of_long_term_debt_add_up_where_none_is_part_of_another() -> None:
    assert long_term(SeniorLongTermNotes=300, ConvertibleDebtNoncurrent=50, LongTermLineOfCredit=20) == 370
    assert long_term(SeniorLongTermNotes=300, LongTermNotesPayable=320) is None
    assert long_term(SeniorLongTermNotes=300, SecuredLongTermDebt=90) is None
    assert long_term(SeniorLongTermNotes=300, LongTermDebt=500, LongTermDebtCurrent=100) is None


def test_liabilities_leave_out_all_equity_and_what_is_redeemable() -> None:
    whole = "@StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"
    redeemable: dict[str, float] = {"@Assets": 100, "@RedeemableNoncontrollingInterestEquityCarryingAmount": 4}
    assert items(MAKER, {**redeemable, whole: 30})["total_liabilities"] == 66
    assert items(MAKER, {**redeemable, whole: 30, "@StockholdersEquity": 26})["total_liabilities"] == 66
    assert items(MAKER, {**redeemable, whole: 1, "@StockholdersEquity": 26})["total_liabilities"] == 70
    preferred: dict[str, float] = {"@TemporaryEquityCarryingAmountAttributableToParent": 6, "@StockholdersEquity": 26}
    assert items(MAKER, {**redeemable, **preferred})["total_liabilities"] == 64


def test_payables_and_accrued_liabilities_together_are_not_payables() -> None:
    assert "payables" not in items(MAKER, {"@AccountsPayableAndAccruedLiabilitiesCurrent": 9, "@Assets": 100})


def test_an_ifrs_filer_s_trade_line_goes_before_trade_and_other_payables() -> None:
    together: dict[str, float] = {"@TradeAndOtherCurrentPayables": 9}
    trade: dict[str, float] = {"@TradeAndOtherCurrentPayablesToTradeSuppliers": 6}
    assert items(MAKER, together, IFRS, "20-F")["payables"] == 9
    assert items(MAKER, {**together, **trade}, IFRS, "20-F")["payables"] == 6
