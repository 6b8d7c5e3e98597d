"""Tricks by which a sentence may seem to stand in a document, and forms in which it does."""

from decimal import Decimal

import pytest

from p3.answer.gate import Refusal, check, find_quotation
from p3.answer.numerals import numerals

OWNER = "NVDA NVIDIA CORP"
FROM_TO = "Revenue increased from $5.0 billion in fiscal 2022 to $7.0 billion in fiscal 2023."
TWO_UNITS = "Data Center revenue was $47.5 billion and Gaming revenue was $10.4 billion."


def checked(sentence: str, source: str, quotation: str | None = None) -> str | Refusal:
    span = find_quotation(quotation or source, source)
    assert span is not None
    return check(sentence, source, span, OWNER)


def verdict(sentence: str, source: str, quotation: str | None = None) -> str:
    """Return the rule that withholds ``sentence`` from ``quotation`` of ``source``, "" where something is shown."""
    said = checked(sentence, source, quotation)
    return said.rule if isinstance(said, Refusal) else ""


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Revenue was $1.6 billion.", "Revenue was $1,600 million."),
        ("Revenue was $1.60 bn.", "Revenue was $1.6 billion."),
        ("Revenue rose by 5 percent.", "Revenue rose by 5%."),
        ("Revenue rose five percent.", "Revenue rose 5 %."),
        ("It has 12 plants.", "It has twelve plants."),
        ("It has twenty-five plants.", "It has 25 plants."),
        ("It has one hundred and five plants.", "It has 105 plants."),
        ("Margins rose by 50 bps.", "Margins rose by 50 basis points."),
        ("The “Blackwell” platform drove revenue.", 'The "Blackwell" platform drove revenue.'),
        ("We should not be liable.", "We should not be liable."),
        ("Net income loss: $(1,234).", "Net income (loss) | $(1,234)"),
        ("Revenue rose,\nand costs fell.", "Revenue rose and costs fell."),
    ],
)
def test_the_same_words_with_numbers_written_in_another_way_are_shown(sentence: str, source: str):
    assert checked(sentence, source) == sentence


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Revenue was 1,600 million dollars.", "Revenue was $1.6 billion dollars."),
        ("The loss was $1,234.", "Net income (loss) | (1,234)"),
        ("Net income was $(1,234).", "Net income (loss) | (1,234)"),
        ("Revenue declined 5%.", "The change in revenue, a decline, was (5)%."),
        ("The year ended on 28 January 2024.", "The year ended January 28, 2024."),
        ("The year ended 2024-01-28.", "The year ended on January 28, 2024."),
        ("The year ended in January 2024.", "The year ended January 28, 2024."),
        ("Revenue of FY2024 rose.", "Revenue of fiscal 2024 rose."),
        ("Revenue of fiscal 2024 rose.", "Revenue of FY24 rose."),
        ("Revenue of the third quarter rose.", "Revenue of Q3 rose."),
        ("Growth was 5% to 7%.", "Growth was 5-7%."),
        ("Two-thirds of revenue is recurring.", "Of revenue two-thirds is recurring."),
        ("Revenue doubled.", "Revenue has been doubling."),
        ("NVIDIA's revenue rose 5%.", "Revenue rose 5%."),
        ("In the year, Revenue rose.", "Revenue rose in the year."),
        ("Both rose: revenue and costs.", "Revenue and costs rose."),
        ("Of its revenue most came from the United States.", "Most revenue came from the United States."),
    ],
)
def test_what_is_said_in_other_words_is_quoted(sentence: str, source: str):
    assert checked(sentence, source) == f"“{source}”"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Revenue was $5.0 billion in fiscal 2023.", FROM_TO),
        ("Revenue increased from $7.0 billion to $5.0 billion.", FROM_TO),
        ("Revenue increased from $7.0 billion in fiscal 2022 to $5.0 billion in fiscal 2023.", FROM_TO),
        ("Revenue increased in fiscal 2023.", FROM_TO),
        ("Gaming revenue was $47.5 billion.", TWO_UNITS),
        ("Revenue was $10.4 billion.", TWO_UNITS),
        ("Gaming revenue was $47.5 billion and Data Center revenue was $10.4 billion.", TWO_UNITS),
        ("Sales rose 5% in Europe.", "Sales rose 5% in Europe and Asia taken together."),
        ("Revenue was $5 million.", "Revenue was $5 million less than in the year before."),
        ("Revenue rose to 5%.", "Revenue rose by 5%."),
        ("Revenue rose 5%.", "Excluding Gaming, revenue rose 5%."),
        ("Net income was 1,234.", "Operating income 1,234 5,678 Net income 910 1,112"),
        ("Revenue was a loss of 1,234.", "Revenue (1,234) 5"),
        ("Activision acquired Microsoft.", "Microsoft acquired Activision, and Activision approved."),
        ("Microsoft was acquired by Activision.", "Microsoft acquired Activision."),
        ("The investigation finds violations.", "We may be fined if the investigation finds violations."),
        ("We will be subject to fines.", "We may be subject to fines."),
        ("Our products are unsafe.", "Competitors claim that our products are unsafe, a claim we deny."),
        ("We complied with covenants.", "We believe that we complied with covenants."),
        ("Margins were > 5%.", "Margins were < 5%."),
        ("Revenue grew.", "Revenue grew?"),
        ("Revenue fell 5%.", "Revenue grew 5%."),
        ("Revenue increased.", "Revenue declined in the year."),
        ("It violated covenants.", "It did not violate covenants."),
        ("It did not comply with covenants.", "It complied with covenants."),
    ],
)
def test_numbers_names_and_doubts_paired_otherwise_are_not_shown(sentence: str, source: str):
    assert checked(sentence, source) == f"“{source}”"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Revenue was $1.6 million.", "Revenue was $1.6 billion."),
        ("Revenue was $1,600.", "Revenue was $1,600 million."),
        ("Revenue was $1,600 million.", "Revenue | 1,600"),
        ("Revenue rose 5.", "Revenue rose 5%."),
        ("Revenue rose 5%.", "Revenue rose 5."),
        ("Revenue rose 5.", "Revenue rose 5 %."),
        ("Revenue rose by 0.05.", "Revenue rose by 5%."),
        ("Revenue rose by 5%.", "Revenue rose by 0.05."),
        ("Margins rose 5 percentage points.", "Margins rose 5%."),
        ("Margins rose 50%.", "Margins rose 50 basis points."),
        ("It has twelve plants.", "It has plants."),
        ("It has a dozen plants.", "It has plants."),
        ("Hundreds of millions were spent on plants.", "Money was spent on plants."),
        ("Revenue doubled.", "Revenue grew."),
        ("Revenue grew tenfold.", "Revenue grew."),
        ("Revenue grew threefold.", "Revenue grew 3%."),
        ("Half of revenue is recurring.", "Revenue is recurring."),
        ("One-third of revenue is recurring.", "Two-thirds of revenue is recurring."),
        ("Net income was $1,234.", "Net income | (1,234)"),
        ("Net income was -$1,234.", "Net income | 1,234"),
        ("The year ended January 29, 2024.", "The year ended January 28, 2024."),
        ("The year ended 2024-02-28.", "The year ended January 28, 2024, after February 2, 2023."),
        ("The year ended in March 2024.", "The year ended January 28, 2024, after March 1, 2023."),
        ("Revenue of FY2025 rose.", "Revenue of FY2024 rose."),
        ("Revenue of Q4 rose.", "Revenue of the third quarter rose."),
        ("Revenue was €5 million.", "Revenue was $5 million."),
        ("Revenue was 1,26.", "Revenue was 126."),
        ("Revenue was 12.5.7.", "Revenue was 12.5 and 5.7."),
        ("It sold the H200.", "It sold the H100."),
        ("The 8-K says that revenue rose.", "The 10-K says that revenue rose."),
        ("It was a 7-year note.", "It was a 5-year note."),
        ("Revenue was 60,922.", "Revenue was 60,923."),
        ("Growth was 5-8%.", "Growth was 5-7%."),
        ("It grew 3x.", "It grew 3%."),
    ],
)
def test_a_number_of_another_value_is_withheld(sentence: str, source: str):
    assert verdict(sentence, source) == "number"


@pytest.mark.parametrize(
    ("sentence", "quotation"),
    [
        ("Revenue was 26% higher.", "26% higher than in the year before"),
        ("Revenue was $1.6 higher.", "Revenue was 126% higher than in the year before, $1.6"),
        ("Revenue was 234 higher.", "than in the year before"),
    ],
)
def test_a_quotation_cannot_cut_a_number_in_two(sentence: str, quotation: str):
    source = "Revenue was 126% higher than in the year before, $1.6 billion."
    span = find_quotation(quotation, source)
    assert span is None or verdict(sentence, source, quotation) == "number"


def test_a_bracket_left_out_of_the_quotation_does_not_make_a_loss_a_gain():
    source = "Operating income was (1,234) for the year"
    assert verdict("Operating income was 1,234.", source, "1,234) for the year") == "number"
    assert verdict("Operating income was 1,234.", source, "Operating income was (1,234") == "number"


def test_a_number_of_the_passage_outside_the_quotation_does_not_count():
    source = "Revenue was $5 million. Costs were $3 million in the year."
    assert verdict("Costs were $3 million.", source, "Costs were $3 million in the year.") == ""
    assert verdict("Costs were $5 million.", source, "Costs were $3 million in the year.") == "number"


@pytest.mark.parametrize(
    "sentence",
    [
        "NVIDIА rose.",  # a Cyrillic А
        "Revenue rose 1\u200b26%.",
        "Revenue rose \u202e%621.",
        "It has twеlve plants.",  # a Cyrillic е
        "Revenue rose １２６%.",
        "Revenue rose ١٢٦%.",
        "Revenue rose ½.",
        "Revenue rose 十 times.",
        "Revenue\u00ad rose.",
        "Revenue rose.\x1b[31m",
    ],
)
def test_characters_that_pass_for_others_are_withheld(sentence: str):
    assert verdict(sentence, "Revenue rose 126% at twelve plants.") == "characters"


def test_characters_that_the_filing_uses_itself_pass():
    assert verdict("Société Générale lent money.", "Société Générale lent us money.") == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "Microsoft's revenue rose.",
        "Revenue of AMD rose.",
        "Intel saw that revenue rose.",
        "Revenue rose, said iRobot.",
        "Revenue rose, said Jensen Huang.",
        "Revenue rose in January.",
    ],
)
def test_a_name_that_is_neither_in_the_passage_nor_its_company_is_withheld(sentence: str):
    assert verdict(sentence, "Revenue rose in the year.") == "name"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("BUY: revenue grew.", "We want to buy chips. Revenue grew."),
        ("Buy now, for revenue grew.", "Revenue grew."),
        ("Investors should sell as revenue grew.", "Revenue grew."),
        ("Shares are undervalued given revenue.", "Shares and revenue grew."),
        ("All is well.", "Revenue grew 5%."),
        ("The answer is as quoted.", "The answer is: BUY."),
    ],
)
def test_advice_and_what_shares_no_word_is_withheld(sentence: str, source: str):
    assert verdict(sentence, source) in ("sense", "name")


@pytest.mark.parametrize(
    ("quotation", "stands"),
    [
        ("Net  sales\nrose by 5%", True),
        ("the “board” met", True),
        ('the "board" met', True),
        ("Net sales rose by 5% the", False),
        ("Net sales the “board” met", False),
        ("sales rose by 5% [...] the “board” met", False),
        ("ales rose by 5%", False),
        ("Net sales rose by", True),
        ("Net sales ros", False),
        ("net sales rose by 5%", False),
        ("Nеt sales rose by 5%", False),  # a Cyrillic е
        ("", False),
        (" \n", False),
    ],
)
def test_a_quotation_stands_contiguously_and_in_whole_words(quotation: str, stands: bool):
    source = "Net sales rose by 5%; then the “board” met."
    assert (find_quotation(quotation, source) is not None) == stands


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$1.5 to $1.7 billion", [Decimal("1.5e9"), Decimal("1.7e9")]),
        ("from 2022 to 5 million", [Decimal(2022), Decimal(5_000_000)]),
        ("(2023)", [Decimal(2023)]),
        ("two hundred thousand", [Decimal(200_000)]),
        ("one of the most", []),
        ("US$5.2bn and 500K", [Decimal("5.2e9"), Decimal(500_000)]),
        ("$ (5.2) million", [Decimal("-5.2e6")]),
        ("", []),
    ],
)
def test_amounts_are_read_in_single_units(text: str, values: list[Decimal]):
    assert [numeral.value for numeral in numerals(text)] == values


def test_a_text_of_brackets_and_digits_is_read_in_time():
    assert numerals("(" * 5000 + "1," * 5000 + "one hundred and " * 2000 + "$" * 5000) is not None
