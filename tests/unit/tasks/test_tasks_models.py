"""The user's list of models: what is added, what is refused, and that no key is ever written."""

import os
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from loopback_model import model_server
from pydantic import SecretStr

from p3 import settings
from p3.answer.models.config import BackendSettings, load_config
from p3.errors import ConfigurationError
from p3.tasks import model_tiers

KEY = "key-that-nobody-may-see"


def chosen(**values: str) -> settings.LanguageModel:
    return settings.load({"language_model": values}).settings.language_model


def listed() -> list[BackendSettings]:
    return model_tiers.read(model_tiers.models_file(), load_config())


def backend(tier: str = "q3", place: str = "http://host:1/v1", **others: str) -> BackendSettings:
    return BackendSettings.model_validate({"tier": tier, "place": place, **others})


def test_without_a_list_there_is_no_model():
    found = model_tiers.configured(chosen())
    assert (found.backends, found.opened()) == ((), None)
    assert found.identity == "[]"


@pytest.mark.parametrize(
    "added",
    [
        backend(),
        backend("q2", '/a "quoted" \\ path/é 模型.gguf'),
        backend(name="qwen", key_env="SOME_KEY", format="json_object"),
        backend("q4", "relative.gguf", name="[[backends]]"),
    ],
)
def test_what_is_added_is_read_back(added: BackendSettings):
    model_tiers.add(added, load_config())
    assert listed() == [added]


def test_the_same_place_in_a_tier_is_listed_once_and_anew():
    for each in (backend(), backend("q2"), backend(name="other")):
        model_tiers.add(each, load_config())
    assert listed() == [backend("q2"), backend(name="other")]


def test_many_processes_may_add_at_once():
    places = [f"http://host:{port}/v1" for port in range(1, 21)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda place: model_tiers.add(backend(place=place), load_config()), places))
    assert sorted(each.place for each in listed()) == sorted(places)


@pytest.mark.parametrize(
    "text",
    [
        b"[[backends]",
        b"\xff",
        b"backends = 3",
        b"backends = [3]",
        b"[[backends]]\ntier = 'q2'",
        b"[[backends]]\ntier = 'q9'\nplace = 'x'",
        b"[[backends]]\ntier = 'q2'\nplace = 'http://h/v1'\nkey = 'hunter2'",
        b"[[backends]]\ntier = 'q2'\nplace = 'http://u:hunter2@h/v1'",
        b"[other]\nkey = 'hunter2'",
    ],
)
def test_a_malformed_list_is_an_error_that_repeats_no_value(text: bytes):
    path = model_tiers.models_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(text)
    with pytest.raises(ConfigurationError) as caught:
        model_tiers.configured(chosen())
    assert str(path) in caught.value.message
    assert "hunter2" not in f"{caught.value.message} {caught.value.remedy}"


def test_the_model_of_the_settings_stands_alone(tmp_path: Path):
    model_tiers.add(backend(), load_config())
    with model_server() as server:
        found = model_tiers.configured(chosen(url=server.address, name="small", key=KEY))
        assert [(each.tier, each.place, each.name) for each in found.backends] == [("only", server.address, "small")]
        model = found.opened()
        assert model is not None
        with model:
            assert model.pool.members("only")[0].backend.probe(10.0) == "loopback"
    assert KEY not in repr(found) + found.identity
    file = model_tiers.configured(chosen(path=str(tmp_path / "model.gguf")))
    assert file.backends[0].place == str(tmp_path / "model.gguf")


def identity(path: Path, **others: str) -> str:
    return model_tiers.Configured(load_config(), (backend(place=str(path), **others),), "", SecretStr("")).identity


def test_a_file_replaced_under_its_path_and_another_setting_are_other_models(tmp_path: Path):
    path = tmp_path / "model.gguf"
    told = [identity(path)]
    for content in (b"GGUF one", b"GGUF two", b"GGUF" + bytes(5 << 20)):
        path.write_bytes(content)
        told.append(identity(path))
    with path.open("r+b") as file:
        file.seek(2 << 20)
        file.write(b"in the middle")
    os.utime(path, ns=(1, 1))
    told += [identity(path), identity(path, format="json_object"), identity(path, key_env="KEY")]
    assert len(set(told)) == len(told)
    assert identity(path) == identity(path)


def test_a_key_comes_from_the_environment_then_from_the_keyring(monkeypatch: pytest.MonkeyPatch):
    ring = types.ModuleType("keyring")
    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]

    def get_password(service: str, name: str) -> str | None:
        if name == "LOCKED":
            raise errors.KeyringError
        return f"{service}-ring" if name == "HELD" else None

    ring.get_password = get_password  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert [model_tiers.find_key(name) for name in ("HELD", "LOCKED", "NONE")] == ["p3-ring", None, None]
    monkeypatch.setenv("HELD", "from-environment")
    assert model_tiers.find_key("HELD") == "from-environment"


def test_a_list_that_cannot_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigurationError):
        model_tiers.add(backend(), load_config())
