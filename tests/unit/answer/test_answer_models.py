"""Real servers that answer well or badly: what comes through, what follows, and what is kept of it."""

import json
import socket
import threading

import pytest
from loopback_model import model_server
from tier_case import PASSAGES, PATIENT, QUESTION, TEXT, config, task, tiered

from p3.answer.models import wire
from p3.answer.models.deadline import Deadline
from p3.answer.models.protocol import LanguageModel, NoReplyError
from p3.answer.models.watch import watched
from p3.answer.worded import Worded, word
from p3.errors import DataError, UpstreamError

KEY = "key-that-nobody-may-see"
HASTY = 0.3  # seconds that a tier may take where the server never answers
# The mode of a server, and what its failure is called.
BAD = {
    "fabricates": "all 2 claims withheld: a quotation does not stand in its passage; a claim names passage 99 of 2",
    "broken-json": "the reply is not the JSON asked for",
    "no-completion": "the server's reply is no completion",
    "cut": "the reply was cut short (length)",
    "slow": "it did not answer within 0.3 s",
    "drip": "it did not answer within 0.3 s",
    "drip-head": "it did not answer within 0.3 s",
    "dies": "it did not answer (RemoteProtocolError)",
    "huge": "its reply is too long",
    "500": "it answered with HTTP status 500",
    "429": "it answered with HTTP status 429",
    "401": "it refused the key",
    "400": "it refused the request with HTTP status 400",
}
SICK = {"slow", "drip", "drip-head", "dies", "500", "429", "401"}


def asked(model: LanguageModel, **options) -> Worded:
    return word(QUESTION, PASSAGES, model, {"NVDA": "NVIDIA CORP"}, **options)


def patience(mode: str) -> float:
    return HASTY if mode in ("slow", "drip", "drip-head") else 20.0


@pytest.mark.parametrize("mode", BAD)
def test_a_server_that_answers_badly_is_followed_by_the_next_tier(mode: str):
    with (
        model_server(mode) as bad,
        model_server() as good,
        tiered(config(patience(mode)), q2=bad.address, q3=good.address) as model,
    ):
        got = asked(model)
        was_sick = bool(model.pool.members("q2")[0].failures)
    assert got.tier == "q3"
    assert [claim.sentence for claim in got.claims] == [TEXT, PASSAGES[1].text]
    assert [(each.tier, each.failure) for each in got.attempts] == [("q2", BAD[mode]), ("q3", None)]
    assert was_sick == (mode in SICK)


@pytest.mark.parametrize("mode", ["fabricates", "dies", "error-event", "cut", "broken-json", "500"])
def test_a_stream_that_goes_wrong_is_followed_as_well_and_its_draft_told_to_have_failed(mode: str):
    heard: list[str] = []
    with model_server(mode) as bad, model_server() as good, tiered(config(), q2=bad.address, q3=good.address) as model:
        got = asked(model, listen=heard.append)
    assert (got.tier, len(got.claims)) == ("q3", 2)
    assert f"\n[{bad.address}: {got.attempts[0].failure}]\n" in heard
    assert "987.6" not in " ".join(claim.sentence + claim.source.text for claim in got.claims)


def test_a_stream_gives_the_same_answer_as_a_whole_reply_and_tells_when_it_began():
    heard: list[str] = []
    with model_server() as server, tiered(config(), q2=server.address) as model:
        streamed, whole = asked(model, listen=heard.append), asked(model)
    assert streamed.claims == whole.claims
    assert json.loads("".join(heard))["claims"][0]["sentence"] == TEXT
    first = streamed.attempts[-1]
    assert first.first_token_seconds is not None and first.seconds is not None
    assert 0 < first.first_token_seconds <= first.seconds
    assert first.tokens_per_second
    assert (first.model, first.prompt_tokens, first.completion_tokens) == ("loopback", 100, len(heard))
    assert [body.get("stream", False) for body in server.asked] == [True, False]


@pytest.mark.parametrize("mode", ["drip", "drip-head"])
def test_a_stream_that_never_ends_is_followed_when_its_time_is_over(mode: str):
    heard: list[str] = []
    with model_server(mode) as bad, model_server() as good:
        with tiered(config(HASTY), q2=bad.address) as model:
            assert asked(model, listen=heard.append).attempts[0].failure == BAD[mode]
        with tiered(config(), q2=good.address) as model:
            assert asked(model, listen=heard.append).tier == "q2"


def test_a_look_at_a_server_that_drips_ends():
    with model_server("drip-head") as server, tiered(config(), q2=server.address) as model:
        (member,) = model.pool.members("q2")
        with pytest.raises(UpstreamError, match="did not answer within"):
            member.backend.probe(HASTY)
        server.mode = "honest"
        assert member.backend.probe(PATIENT) == "loopback"


def test_a_connection_that_is_made_too_late_is_shut_at_once():
    mine, other = socket.socketpair()

    class Stream:
        def get_extra_info(self, _name: str) -> socket.socket:
            return mine

    with mine, other, Deadline(0.0) as deadline:
        deadline._timer.join()
        assert deadline.passed
        deadline.watch("connection.connect_tcp.complete", {"return_value": Stream()})
        assert other.recv(1) == b""


def test_one_that_says_nothing_has_answered():
    with (
        model_server("silent") as silent,
        model_server() as other,
        tiered(config(), q2=silent.address, q3=other.address) as model,
    ):
        got = asked(model)
    assert (got.tier, got.claims, got.withheld, other.asked) == ("q2", (), (), [])


def test_where_every_model_fails_nothing_is_said_and_every_reason_is_kept():
    with (
        model_server("fabricates") as first,
        model_server("500") as second,
        tiered(config(), q2=first.address, q4=second.address) as model,
    ):
        got = asked(model)
    assert (got.tier, got.claims) == (None, ())
    assert [each.failure for each in got.attempts] == [BAD["fabricates"], "the tier has no model", BAD["500"]]
    assert got.counted == {"passed": 0, "quotation": 1, "passage": 1}


def test_a_server_that_is_not_there_is_followed():
    with model_server() as gone:
        pass
    with model_server() as good, tiered(config(), q2=gone.address, q3=good.address) as model:
        got = asked(model)
    assert [each.failure for each in got.attempts] == ["it did not answer (ConnectError)", None]


@pytest.mark.parametrize("mode", ["honest", "500", "401", "error-event", "dies"])
@pytest.mark.parametrize("listened", [False, True])
def test_a_key_goes_to_its_server_and_nowhere_else(mode: str, listened: bool, capfd: pytest.CaptureFixture[str]):
    from p3.answer.models.config import BackendSettings
    from p3.answer.models.tiers import open_tiers

    heard: list[str] = []
    with model_server(mode) as keyed, model_server("500") as other:
        backends = [
            BackendSettings(tier="q2", place=keyed.address, name="small", key_env="SOME_KEY"),
            BackendSettings(tier="q3", place=other.address),
        ]
        model = open_tiers(backends, config(), {"SOME_KEY": KEY}.get)
        assert model is not None
        with model:
            got = asked(model, listen=heard.append if listened else None)
            shown = repr((got, vars(model), model.pool.members("q2"), [each.as_dict() for each in got.attempts]))
    assert keyed.keys == [f"Bearer {KEY}"]
    assert set(other.keys) <= {None}
    assert KEY not in shown + "".join(heard) + "".join(capfd.readouterr())


def test_a_server_whose_key_is_not_set_is_not_asked():
    from p3.answer.models.config import BackendSettings
    from p3.answer.models.tiers import open_tiers

    with model_server() as server:
        model = open_tiers(
            [BackendSettings(tier="q2", place=server.address, key_env="SOME_KEY")], config(), lambda _: None
        )
        assert model is not None
        with pytest.raises(NoReplyError) as caught:
            model.complete(task())
    assert caught.value.attempts[0].failure == "its key is not set: SOME_KEY"
    assert server.keys == []


def test_a_redirect_is_not_followed_so_a_key_stays_with_its_server():
    with model_server("302") as server, model_server() as elsewhere, tiered(config(), q2=server.address) as model:
        server.redirect = f"{elsewhere.address}/chat/completions"
        with pytest.raises(NoReplyError) as caught:
            model.complete(task())
    assert caught.value.attempts[0].failure == "it answered with HTTP status 302"
    assert (len(server.asked), elsewhere.asked) == (1, [])


def test_the_schema_is_written_as_the_server_takes_it():
    from p3.answer.models.config import BackendSettings
    from p3.answer.models.tiers import open_tiers

    with model_server() as server:
        for style in ("json_schema", "json_object"):
            model = open_tiers(
                [BackendSettings(tier="q2", place=server.address, format=style)], config(), lambda _: None
            )
            assert model is not None
            model.complete(task())
    formats = [body["response_format"] for body in server.asked]
    assert formats[0] == {"type": "json_schema", "json_schema": {"name": "reply", "schema": {"type": "object"}}}
    assert formats[1] == {"type": "json_object", "schema": {"type": "object"}}


def test_a_sick_server_is_looked_at_in_the_background_and_comes_back():
    with model_server("500") as server, model_server() as other:
        with tiered(config(rest=0.1), q2=server.address, q3=other.address) as model:
            assert asked(model).tier == "q3"
            server.mode = "honest"
            assert server.looked.wait(PATIENT)
        (member,) = model.pool.members("q2")
    assert (member.failures, model.pool.resting(member)) == (0, 0.0)
    assert not [thread for thread in threading.enumerate() if thread.name == "p3-models-health"]


def test_no_thread_looks_after_models_in_process(tmp_path):
    model = tiered(config(), q2=str(tmp_path / "model.gguf"))
    before = threading.active_count()
    with watched(model.pool, 1.0):
        assert threading.active_count() == before


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'"text"', b"[" * 100_000, b'{"choices": 3}', b'{"choices": [{"message": 1}]}', b"\xff"],
)
def test_what_is_no_completion_is_refused(content: bytes):
    with pytest.raises(DataError):
        wire.whole(content)


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([], UpstreamError),
        (['data: {"choices": [{"delta": {"content": "half"}}]}'], UpstreamError),
        (["data: [DONE]"], UpstreamError),
        (["data: nonsense"], DataError),
        (['data: {"error": {"message": "x"}}'], UpstreamError),
    ],
)
def test_a_stream_that_does_not_end_is_no_reply(lines: list[str], error: type[Exception]):
    with pytest.raises(error):
        wire.streamed(lines, lambda _piece: None)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"data": []}', b'{"data": [{"id": 3}]}', b"[" * 100_000])
def test_a_server_may_list_no_model(content: bytes):
    assert wire.models_served(content) == ""
