import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from p3.retrieval.runtime import batches, padded


@given(st.lists(st.integers(1, 300)), st.integers(1, 600))
def test_batches_hold_each_text_once_by_length_and_within_the_budget(lengths, budget):
    made = list(batches(lengths, budget))
    order = [at for batch in made for at in batch]
    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[at] for at in order] == sorted(lengths, reverse=True)
    assert all(len(batch) == 1 or len(batch) * lengths[batch[0]] <= budget for batch in made)


def test_texts_are_padded_to_the_longest_and_masked():
    ids, mask = padded([[5, 6, 7], [8]], pad_id=1)
    assert ids.tolist() == [[5, 6, 7], [8, 1, 1]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert ids.dtype == np.int64
