import pytest

from p3.errors import ConfigurationError, ExitCode, UsageError
from p3.portfolio import strategy

VALUE = (strategy._folder() / "value.toml").read_text()


def test_the_default_strategy_is_sound():
    found = strategy.load("value")
    assert found.name == "value"
    assert found.allocation.max_weight <= found.limits.max_position_weight
    assert all(strategy.load(name).name == name for name in strategy.available())


@pytest.mark.parametrize("name", ["growth", "", "../../defaults", "VALUE"])
def test_an_unknown_name_lists_what_there_is(name):
    with pytest.raises(UsageError) as caught:
        strategy.load(name)
    assert "value" in caught.value.remedy


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("count = 20", "count = 0", "selection.count"),
        ("count = 20", "cuont = 20", "selection.co"),
        ('method = "equal"', 'method = "magic"', "allocation.method"),
        ("max_weight = 0.5", "max_weight = nan", "allocation.max_weight"),
        ("allow_short = false", "allow_short = 0", "limits.allow_short"),
        ("schema = 1", "schema = 2", "schema"),
        ("schema = 1", "schema = ", "TOML"),
        ("trials = 1", "trials = 20", "trial_sharpe_variance"),
        ("trials = 1", "trials = 1\nrisk_free = 0.02", "exactly one of"),
        ('risk_free_series = "DTB3"', "", "exactly one of"),
    ],
)
def test_a_malformed_file_names_the_key(old, new, where):
    assert old in VALUE
    with pytest.raises(ConfigurationError, match=where) as caught:
        strategy.parse(VALUE.replace(old, new), "mine")
    assert caught.value.exit_code == ExitCode.CONFIGURATION
