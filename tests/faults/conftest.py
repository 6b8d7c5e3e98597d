import pytest
from flow.trees import SampleTree, sample_tree


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleTree:
    return sample_tree(tmp_path_factory.getbasetemp())
