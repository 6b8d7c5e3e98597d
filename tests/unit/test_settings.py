"""Settings: which layer wins, what is told of a mistake, and that secrets stay secret."""

import json
from pathlib import Path

import pytest

from p3 import settings
from p3.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def user(text: str | bytes) -> Path:
    path = settings.user_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused() -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        settings.load()
    assert "\n" not in caught.value.message
    assert caught.value.remedy
    return caught.value


def test_every_default_is_valid_and_told() -> None:
    loaded = settings.load()
    names = {f"{section}.{name}" for section, values in loaded.settings for name in type(values).model_fields}
    assert loaded.sources == dict.fromkeys(names, "defaults")


def test_each_layer_goes_before_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each layer sets one name fewer than the one below it."""
    names = ["annual_reports", "quarterly_reports", "earnings_releases", "refresh_hours"]
    path = user("[sec]\n" + "\n".join(f"{name} = 11" for name in names))
    (tmp_path / ".env").write_text("\n".join(f"P3_SEC__{name.upper()}=12" for name in names[:3]))
    for name in names[:2]:
        monkeypatch.setenv(f"P3_SEC__{name.upper()}", "13")
    loaded = settings.load({"sec": {names[0]: 14}})
    assert [getattr(loaded.settings.sec, name) for name in names] == [14, 13, 12, 11]
    assert [loaded.sources[f"sec.{name}"] for name in names] == ["flag", "environment", ".env", str(path)]
    assert (loaded.settings.sec.rate, loaded.sources["sec.rate"]) == (8.0, "defaults")


def test_a_section_may_come_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P3_SEC", json.dumps({"annual_reports": 9}))
    assert settings.load().settings.sec.annual_reports == 9


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sec]\nidentiy = 'x'", "sec.identiy"),
        ("[sek]\nidentity = 'x'", "sek is not a section"),
        ("[sek]", "sek is not a section"),
        ("identity = 'x'", "identity is not a section"),
        ("sec = 5", "sec is not a section"),
        ("[[sec]]\nrate = 1", "sec is not a section"),
        ("[sec]\nrate = 11", "sec.rate"),
        ("[sec]\nrate = 'fast'", "sec.rate"),
        ("[sec]\nrate = nan", "sec.rate"),
        ("[sec.rate]\nx = 1", "sec.rate"),
        ("[trading]\nmode = 'casino'", "trading.mode"),
        ("[workflow]\nbatch = 0", "workflow.batch"),
        ("[workflow]\nbatch = 1.5", "workflow.batch"),
        ("[sec", "malformed"),
        ("[sec]\nrate = 1\nrate = 2", "malformed"),
        (b"\xff\xfe\x00", "malformed"),
    ],
)
def test_a_mistake_in_the_user_s_file_names_the_file_and_the_setting(text: str | bytes, says: str) -> None:
    path = user(text)
    error = refused()
    assert says in error.message
    assert str(path) in error.message


def test_a_user_s_file_that_is_a_folder_is_told() -> None:
    settings.user_file().mkdir(parents=True)
    assert str(settings.user_file()) in refused().message


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("P3_SEC__IDENTIY", "x", "sec.identiy"),
        ("P3_SEC__RATE", "fast", "sec.rate"),
        ("P3_SEC__RATE", "", "sec.rate"),
        ("P3_SEC", "{not json", "environment"),
        ("P3_SEC", "5", "sec"),
        ("P3_TRADING__MODE", "casino", "trading.mode"),
    ],
)
def test_a_mistake_in_a_variable_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    error = refused()
    assert says in error.message
    assert "environment" in error.message


@pytest.mark.parametrize("content", [b"P3_SEC__RATE=fast", b"P3_SEC={", b"P3_SEC__IDENTITY=\xff\xfe"])
def test_a_mistake_in_dot_env_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    assert ".env" in refused().message


def test_other_variables_in_dot_env_are_somebody_else_s(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=x\nP3_DATA_DIR=/tree\n")
    settings.load()


def test_variables_that_are_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("P3_SEC", "p3_sec__rate", "P3_LANGUAGE_MODEL__PATH", "P3_DATA_DIR", "P3_SECTOR", "P3_SEC_RATE", "P3S"):
        monkeypatch.setenv(name, "x")
    assert settings.unknown_variables() == ["P3_SECTOR", "P3_SEC_RATE"]


SECRETS = ("P3_ALPACA__KEY", "P3_ALPACA__SECRET", "P3_LANGUAGE_MODEL__KEY", "P3_LEDGER__URL")


def test_secrets_show_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "hunter2")
    loaded = settings.load()
    shown = repr(loaded) + str(loaded) + str(loaded.settings) + loaded.settings.model_dump_json()
    assert "hunter2" not in shown
    assert loaded.settings.alpaca.key.get_secret_value() == "hunter2"


@pytest.mark.parametrize("mistake", ['{"key": ["hunter2"]}', '{"key": {"x": "hunter2"}}', '{"key": "hunter2"'])
def test_secrets_show_in_no_error(monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    monkeypatch.setenv("P3_ALPACA", mistake)
    error = refused()
    assert "hunter2" not in error.message + error.remedy + repr(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_settings_do_not_change() -> None:
    loaded = settings.load()
    with pytest.raises(ValueError, match="frozen"):
        loaded.settings.sec.rate = 1.0  # type: ignore[misc]
