import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "unit" / "answer"))
from answer_case import COMPANIES, Found, context

from p3.answer.answer import answer
from p3.answer.expression import Binary, Expression, Number, Operand, parse, render
from p3.answer.gate import find_quotation
from p3.answer.lexicon import load_lexicon
from p3.answer.sentences import sentences

WORDS = st.sampled_from(
    [
        *sorted(load_lexicon().phrases),
        "NVIDIA's",
        "MSFT",
        "fiscal 2024",
        "FY2022 - FY2024",
        "Q3 FY2024",
        "2023-01-29",
        "AWS",
        "3",
        "(",
        ")",
        "?",
    ]
)
LEAVES = st.one_of(st.sampled_from("abc").map(Operand), st.integers(0, 99).map(lambda number: Number(float(number))))
TREES: st.SearchStrategy[Expression] = st.recursive(
    LEAVES, lambda inner: st.builds(Binary, st.sampled_from("+-*/"), inner, inner), max_leaves=8
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=10).map(" ".join))
def test_any_words_give_an_answer_with_its_sources_or_an_abstention(question: str):
    got = answer(question, context(Found(1, "Revenue grew on demand.")))
    assert 0.0 <= got.confidence <= 1.0
    assert (got.status == "abstained") == (got.confidence == 0.0)
    assert got.citations or got.status == "abstained"


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_any_text_is_a_question(question: str):
    assert answer(question, context(companies=COMPANIES.head(1))).status in ("answered", "abstained")


@given(TREES)
def test_a_formula_reads_back_as_it_was(tree: Expression):
    assert parse(render(tree, lambda operand: operand.item)) == tree


@given(st.text(alphabet="ab .?\n1", max_size=80))
def test_sentences_are_exact_spans(text: str):
    passage = Found(1, text, start=7)
    for sentence in sentences([passage]):
        assert text[sentence.start - 7 : sentence.end - 7] == sentence.text
        assert find_quotation(sentence.text, text) is not None
