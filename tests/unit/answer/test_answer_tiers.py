"""Which tier is asked, what follows a failure, and what is kept of it."""

import itertools

import pytest
from tier_case import Scripted, config, task, tiered

from p3.answer.models.complexity import measure
from p3.answer.models.config import ModelsConfig, backend_of, load_config, tier_of
from p3.answer.models.pool import Pool
from p3.answer.models.protocol import NoReplyError
from p3.answer.models.tiers import TieredModel
from p3.errors import ConfigurationError, UpstreamError

SETTINGS = load_config().complexity
DOWN = UpstreamError("it is down")


def tiers(now=None, **backends: Scripted | list[Scripted]) -> TieredModel:
    listed = {name: each if isinstance(each, list) else [each] for name, each in backends.items()}
    return TieredModel(listed, config(rest=1.0), now or itertools.count().__next__)


@pytest.mark.parametrize(
    ("question", "companies", "score"),
    [
        ("What does NVIDIA sell?", 1, 0.0),
        ("What drove revenue?", 1, 0.125),
        ("Why did revenue change, and what was the impact on margins?", 1, 0.25 + 0.125 + 0.0033),
        ("Compare the growth of NVIDIA and Microsoft in 2023 and 2024.", 2, 0.1 + 0.1 + 0.25),
        ("2022 2023 2024 2025 FY2024 fiscal 2024", 9, 0.2 + 0.2),
        ("", 0, 0.0),
    ],
)
def test_complexity_is_the_sum_of_its_stated_features(question: str, companies: int, score: float):
    got = measure(question, companies, SETTINGS)
    assert got.score == pytest.approx(score, abs=1e-3)
    assert got.score == pytest.approx(sum(got.parts.values()))
    assert set(got.parts) == set(type(SETTINGS).model_fields)


def test_each_feature_is_worth_its_weight_at_most():
    everything = measure("why how compare ratio " * 400 + " ".join(map(str, range(1990, 2020))), 99, SETTINGS)
    assert everything.score == pytest.approx(1.0)


@pytest.mark.parametrize(("complexity", "tier"), [(0.0, "q2"), (0.24, "q2"), (0.25, "q3"), (0.5, "q4"), (1.0, "q4")])
def test_the_score_chooses_the_tier(complexity: float, tier: str):
    model = tiers(q2=Scripted("a", "fine"), q3=Scripted("b", "fine"), q4=Scripted("c", "fine"))
    assert model.complete(task(complexity)).tier == tier


@pytest.mark.parametrize(("least", "tier"), [(3000, "q2"), (4000, "q3"), (8000, "q4"), (99_000, "q4")])
def test_a_prompt_that_does_not_fit_raises_the_tier(least: int, tier: str):
    model = tiers(q2=Scripted("a", "fine"), q3=Scripted("b", "fine"), q4=Scripted("c", "fine"))
    assert model.complete(task(0.0, least)).tier == tier


def test_each_tier_gets_a_draft_that_fits_its_own_context():
    seen: list[int] = []
    model = tiers(q2=Scripted("a", "bad"), q3=Scripted("b", "bad"), q4=Scripted("c", "fine"))
    model.complete(task(0.3, seen=seen))
    reply = load_config().request.max_tokens
    assert seen == [load_config().tiers[tier].context_tokens - reply for tier in ("q3", "q2", "q4")]


def test_what_fails_is_followed_down_the_chain_and_then_up():
    model = tiers(q2=Scripted("a", "bad"), q3=Scripted("b", DOWN), q4=Scripted("c", "fine"))
    reply = model.complete(task(0.3))
    assert [(each.tier, each.failure) for each in reply.attempts] == [
        ("q3", "it is down"),
        ("q2", "a bad reply"),
        ("q4", None),
    ]
    assert reply.value == "fine"


def test_a_tier_without_a_model_is_passed_over_and_said_to_be():
    reply = tiers(q4=Scripted("c", "fine")).complete(task(0.0))
    assert [(each.tier, each.backend, each.failure) for each in reply.attempts] == [
        ("q2", "", "the tier has no model"),
        ("q3", "", "the tier has no model"),
        ("q4", "c", None),
    ]


def test_every_attempt_keeps_what_it_cost():
    used = tiers(q2=Scripted("a", "bad"), q3=Scripted("b", "fine")).complete(task(0.0)).attempts
    assert [(each.model, each.template, each.completion_tokens, each.tokens_per_second) for each in used] == [
        ("a", "none", 10, 20.0),
        ("b", "none", 10, 20.0),
    ]
    assert used[1].as_dict().keys() == used[0].as_dict().keys() - {"failure"}


def test_where_nothing_answers_every_reason_is_told():
    with pytest.raises(NoReplyError) as caught:
        tiers(q2=Scripted("a", DOWN), q4=Scripted("c", "bad")).complete(task(0.0))
    assert [each.failure for each in caught.value.attempts] == ["it is down", "the tier has no model", "a bad reply"]


def test_a_sick_server_is_not_asked_before_its_rest_has_ended_and_each_rest_is_twice_as_long():
    now = [0.0]
    sick, well = Scripted("a", DOWN), Scripted("b", "fine")
    model = tiers(lambda: now[0], q2=sick, q3=well)
    asked = []
    for moment in (0.0, 0.9, 1.1, 2.0, 3.0, 3.2, 7.0, 7.3):
        now[0] = moment
        first = model.complete(task(0.0)).attempts[0]
        asked.append(sick.asked)
        assert first.failure in (
            "it is down",
            f"not asked for {model.pool.resting(model.pool.members('q2')[0]):.1f} s more: it is down",
        )
    assert asked == [1, 1, 2, 2, 2, 3, 3, 4]


def test_a_server_that_recovers_is_asked_again_and_forgiven():
    now = [0.0]
    server = Scripted("a", DOWN, "fine")
    model = tiers(lambda: now[0], q2=server, q3=Scripted("b", "fine"))
    model.complete(task(0.0))
    now[0] = 2.0
    assert model.complete(task(0.0)).tier == "q2"
    assert model.pool.members("q2")[0].failures == 0


def test_a_reply_of_no_use_does_not_make_a_server_sick():
    server = Scripted("a", "bad", "fine")
    model = tiers(q2=server, q3=Scripted("b", "fine"))
    assert [model.complete(task(0.0)).tier for _ in range(2)] == ["q3", "q2"]


def pool_of(*servers: Scripted) -> Pool:
    return Pool({"q2": servers}, config().health)


def test_the_server_with_the_fewest_questions_is_asked_next():
    pool = pool_of(Scripted("a", ""), Scripted("b", ""), Scripted("c", ""))
    with pool.taken("q2", ()) as first, pool.taken("q2", ()) as second, pool.taken("q2", ()) as third:
        assert first and second and third
        assert {first.backend.name, second.backend.name, third.backend.name} == {"a", "b", "c"}
    assert [member.in_flight for member in pool.members("q2")] == [0, 0, 0]


def test_of_servers_as_busy_the_quicker_is_asked_next():
    pool = pool_of(Scripted("a", ""), Scripted("b", ""))
    slow, quick = pool.members("q2")
    pool.answered(slow, 2.0)
    pool.answered(quick, 1.0)
    with pool.taken("q2", ()) as taken:
        assert taken is quick
    for _ in range(20):
        pool.answered(quick, 5.0)
    assert quick.latency == pytest.approx(5.0, abs=0.01)
    with pool.taken("q2", ()) as taken:
        assert taken is slow


def test_many_failures_at_once_are_one():
    now = [0.0]
    pool = Pool({"q2": [Scripted("a", "")]}, config(rest=1.0).health, lambda: now[0])
    (member,) = pool.members("q2")
    for _ in range(50):
        pool.failed(member, "it is down")
    assert (member.failures, pool.resting(member)) == (1, 1.0)


def test_the_rest_never_exceeds_the_longest():
    now = [0.0]
    pool = Pool({"q2": [Scripted("a", "")]}, config(rest=1.0).health, lambda: now[0])
    (member,) = pool.members("q2")
    for _ in range(2000):
        now[0] = member.retry_at
        pool.failed(member, "it is down")
    assert pool.resting(member) == pytest.approx(60.0)


def test_sick_servers_are_looked_at_when_their_rest_ends_and_well_ones_now_and_then():
    now = [0.0]
    pool = Pool({"q2": [Scripted("a", ""), Scripted("b", "")]}, config(rest=4.0, check=30.0).health, lambda: now[0])
    sick, well = pool.members("q2")
    sick.seen_at = well.seen_at = 0.0
    pool.failed(sick, "it is down")
    assert (pool.due(), pool.next_look()) == ([], 4.0)
    now[0] = 4.0
    assert pool.due() == [sick]
    now[0] = 30.0
    assert pool.due() == [sick, well]


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("Qwen2.5-7B-Instruct-Q4_K_M.gguf", "q4"),
        ("model-IQ2_XXS.gguf", "q2"),
        ("model.Q3_K_L.gguf", "q3"),
        ("model-f16.gguf", "q4"),
        ("model.gguf", None),
        ("Q2-and-Q4.gguf", None),
        ("EQ4.gguf", None),
    ],
)
def test_a_quantisation_in_a_file_name_tells_the_tier(name: str, tier: str | None):
    assert tier_of(name, load_config()) == tier


@pytest.mark.parametrize(
    "values",
    [
        {"tier": "q9", "place": "a.gguf"},
        {"tier": "q2", "place": ""},
        {"tier": "q2", "place": "http://user:hunter2@host/v1"},
        {"tier": "q2", "place": "http://host/v1?key=hunter2"},
        {"tier": "q2", "place": "ftp://host/hunter2"},
        {"tier": "q2", "place": "http://host/v1", "key_env": "hunter2-is-my-key"},
        {"tier": "q2", "place": "http://host/v1", "name": "two\nlines"},
        {"tier": "q2", "place": "http://host/v1", "key": "hunter2"},
    ],
)
def test_a_backend_that_makes_no_sense_is_refused_without_repeating_a_key(values: dict):
    with pytest.raises(ConfigurationError) as caught:
        backend_of(values, load_config())
    assert "hunter2" not in f"{caught.value.message} {caught.value.remedy}"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("complexity", "length", "weight"), 0.2),
        (("tiers", "q3", "from_score"), 0.6),
        (("tiers", "q2", "from_score"), 0.1),
        (("complexity", "periods", "full"), 1),
        (("health", "backoff_first"), 0),
    ],
)
def test_a_configuration_that_contradicts_itself_is_refused(path: tuple[str, ...], value: float):
    whole = load_config().model_dump(by_alias=True)
    part = whole
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    with pytest.raises(ValueError, match=r"weights|from_score|full|greater"):
        ModelsConfig.model_validate(whole)


def test_no_backend_means_no_model():
    assert tiered.__module__ == "tier_case"
    from p3.answer.models.tiers import open_tiers

    assert open_tiers([], load_config(), lambda _name: None) is None
