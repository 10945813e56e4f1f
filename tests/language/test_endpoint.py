"""Endpoints, with a server that does as it should and one that does not."""

from __future__ import annotations

import numpy as np
import pytest
from language.completion_server import KEY, TOP, log_prob, serving, tokens_of

from causal_magics.errors import EndpointError, LanguageModelError
from causal_magics.language.answer_cache import AnswerCache, CachedModel
from causal_magics.language.endpoint import Endpoint, EndpointWarning
from causal_magics.language.loading import load_model

PAIRS = [("The doctor said that", " she"), ("In 1801,", " he was tired."), ("One", "")]


def expected(rest: str) -> float:
    return sum(map(log_prob, tokens_of(rest)))


@pytest.mark.parametrize("fault", ["", "begin", "bytes", "no lists", "one choice"])
def test_whole_texts_are_scored(fault: str) -> None:
    with serving(fault) as server:
        model = Endpoint(server.url, "tiny", api_key=KEY)
        found = model.score(PAIRS)
        assert found == pytest.approx(np.array([expected(rest) for _, rest in PAIRS]))
        assert model.score([]).shape == (0,)


def test_texts_go_in_batches_side_by_side() -> None:
    pairs = [(f"Number {row} is", " odd" * (row % 3 + 1)) for row in range(10)]
    with serving() as server:
        found = Endpoint(server.url, "tiny", batch=4, concurrency=2).score(pairs)
        assert sorted(map(len, server.requests)) == [2, 4, 4]
    assert found == pytest.approx(np.array([expected(rest) for _, rest in pairs]))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("zeros", "it sends zeros"),
        ("few", "log-probabilities for"),
        ("nulls", "it sends zeros|it sends None"),
        ("no echo", "does not send the text back"),
        ("positive", r"it sends 1\.0"),
        ("none", "sends no log-probabilities"),
        ("refuses", r"it refuses to .*not supported"),
    ],
)
def test_what_cannot_be_right_is_not_believed(fault: str, said: str) -> None:
    pairs = [("They say", " she"), ("They say", " he")]
    with serving(fault) as server:
        model = Endpoint(server.url, "tiny")
        if fault == "none":
            with pytest.raises(EndpointError, match=said):
                model.score(pairs)
            return
        with pytest.warns(EndpointWarning, match=said):
            found = model.score(pairs)
        assert found == pytest.approx(np.array([TOP[" she"], TOP[" he"]]))
        asked = len(server.requests)
        assert model.score(pairs[:1]) == pytest.approx(TOP[" she"])
        assert len(server.requests) == asked + 1
        with pytest.raises(EndpointError, match="' she was' among the next tokens") as caught:
            model.score([("They say", " she was")])
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", ["top zeros", "no top"])
def test_next_tokens_that_cannot_be_right_are_not_believed(fault: str) -> None:
    with (
        serving(fault) as server,
        pytest.raises(EndpointError, match=r"is not there, and .*it sends zeros"),
    ):
        Endpoint(server.url, "tiny").score(PAIRS[:1])


@pytest.mark.parametrize("status", [429, 500])
def test_a_request_is_tried_again(status: int) -> None:
    with serving(failures=2, status=status) as server:
        found = Endpoint(server.url, "tiny", retries=2).score(PAIRS[:1])
        assert len(server.requests) == 3
    assert found == pytest.approx(expected(" she"))


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "API key"), (403, "API key"), (404, "knows no"), (429, "Try later"), (500, "its log")],
)
def test_errors_are_told_in_one_line_without_the_key(status: int, said: str) -> None:
    with serving(failures=9, status=status) as server:
        model = Endpoint(server.url, "tiny", api_key=KEY, retries=0)
        with pytest.raises(EndpointError, match=said) as caught:
            model.score(PAIRS)
    for text in (str(caught.value), repr(model), model.model_id):
        assert KEY not in text
        assert "\n" not in text


def test_a_wrong_name_a_web_page_and_silence_are_told() -> None:
    with serving() as server, pytest.raises(EndpointError, match="knows no completions of 'big'"):
        Endpoint(server.url, "big").score(PAIRS)
    with serving("html") as server, pytest.raises(EndpointError, match="as JSON"):
        Endpoint(server.url, "tiny").score(PAIRS)
    with serving("slow") as server, pytest.raises(EndpointError, match="does not answer in time"):
        Endpoint(server.url, "tiny", timeout=0.05, retries=0).score(PAIRS)
    with pytest.raises(EndpointError, match="cannot be reached"):
        Endpoint(server.url, "tiny", retries=0).score(PAIRS)


def test_nothing_is_asked_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("CAUSAL_MAGICS_CACHE", str(tmp_path))
    with serving() as server:
        model = load_model(f"{server.url}#tiny")
        assert isinstance(model, CachedModel)
        first = model.score(PAIRS)
        asked = len(server.requests)
        again = CachedModel(Endpoint.from_url(f"{server.url}#tiny"), AnswerCache())
        assert again.score(PAIRS).tolist() == first.tolist()
        assert len(server.requests) == asked
        model.cache.close()
        again.cache.close()


def test_names_and_passwords_in_a_url_are_not_shown() -> None:
    model = Endpoint("http://me:word@localhost:8000/v1/", "tiny")
    assert model.model_id == "tiny at http://localhost:8000/v1"


@pytest.mark.parametrize(
    ("pairs", "said"),
    [([("", "she")], "a prompt before 'she'"), ([("a", 1)], "pair 0"), (["ab"], "pair 0")],
)
def test_what_cannot_be_asked_is_told(pairs: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(LanguageModelError, match=said):
        Endpoint("http://localhost:1/v1", "tiny").score(pairs)


@pytest.mark.parametrize("options", [{"batch": 0}, {"concurrency": 0}, {"model": ""}])
def test_options_that_cannot_be_are_told(options: dict[str, object]) -> None:
    with pytest.raises(EndpointError, match="Expected"):
        Endpoint(**{"url": "http://localhost:1/v1", "model": "tiny", **options})  # type: ignore[arg-type]
