"""Models behind an OpenAI-compatible endpoint, such as vLLM and llama.cpp."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import EndpointError, MissingDependencyError, shorten
from causal_magics.language.echoes import (
    EchoFault,
    continuation_log_prob,
    top_log_prob,
)
from causal_magics.language.protocol import Pair, PairScorer, checked_pairs

__all__ = ["Endpoint", "EndpointWarning"]

_TOP = 20


class EndpointWarning(UserWarning):
    """An endpoint does less than was asked of it."""


class Endpoint(PairScorer):
    """A language model behind an OpenAI-compatible endpoint.

    The server is asked to echo a text with the log-probability of each token. Some answer zeros,
    or fewer log-probabilities than tokens: what comes back is checked, and where it cannot be
    right, the model is asked for the most probable next tokens instead, which scores continuations
    of one token.

    Parameters
    ----------
    url : str
        ``http://localhost:8000/v1``.
    model : str
        The model's name on the server.
    api_key : str, optional
        Default: the environment variable ``OPENAI_API_KEY``. It is never shown or kept.
    batch : int
        How many texts go into one request.
    concurrency : int
        How many requests are under way at once.
    retries : int
        How often a request is tried again, each time after a longer pause.
    timeout : float
        How many seconds to wait for an answer.

    Raises
    ------
    MissingDependencyError
        Where openai is not installed.
    EndpointError
        Where the URL is none.
    """

    leading = "bos"

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key: str | None = None,
        batch: int = 16,
        concurrency: int = 4,
        retries: int = 3,
        timeout: float = 60.0,
    ) -> None:
        try:
            import openai
        except ImportError as error:
            raise MissingDependencyError("openai", "endpoint", "endpoints") from error
        if not _is_address(url) or not model:
            raise EndpointError(
                "Expected an endpoint with the name of its model, as in "
                f"http://localhost:8000/v1#model, got {shorten(_shown(url))} and {model!r}."
            )
        for name, number in (("batch", batch), ("concurrency", concurrency)):
            if number < 1:
                raise EndpointError(f"Expected {name} from 1, got {number}.")
        self.url = _shown(url)
        self.model = model
        self.batch = batch
        self.concurrency = concurrency
        self.mode: Literal["echo", "top"] = "echo"
        self._key = api_key or os.environ.get("OPENAI_API_KEY") or "none"
        self._client = openai.OpenAI(
            base_url=url, api_key=self._key, max_retries=retries, timeout=timeout
        )

    @classmethod
    def from_url(cls, name: str) -> Endpoint:
        """Return the endpoint that ``http://host/v1#model`` names."""
        url, _, model = name.partition("#")
        return cls(url, model)

    @property
    def model_id(self) -> str:
        """The model's name and its server."""
        return f"{self.model} at {self.url}"

    def __repr__(self) -> str:
        return f"Endpoint({self.model_id!r})"

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return ln P(continuation | prompt) of each pair.

        Parameters
        ----------
        pairs : sequence of (str, str)

        Returns
        -------
        array, shape (pairs,)

        Raises
        ------
        EndpointError
            Where the server does not answer, or answers something that cannot be right and a
            continuation is not among the most probable next tokens.

        Warns
        -----
        EndpointWarning
            Where the server does not echo log-probabilities; once.
        """
        pairs = checked_pairs(pairs)
        _check_prompts(pairs)
        fault: EchoFault | None = None
        if self.mode == "echo" and pairs:
            try:
                return self._echoed(pairs)
            except EchoFault as found:
                fault = found
        scores = self._topped(pairs, fault)
        if fault is not None:
            self.mode = "top"
            warnings.warn(
                f"{self.model_id} does not score whole texts: {fault}. Continuations of one token "
                f"are scored by the {_TOP} most probable next tokens.",
                EndpointWarning,
                stacklevel=2,
            )
        return scores

    def _echoed(self, pairs: list[Pair]) -> NDArray[np.float64]:
        texts = [prompt + rest for prompt, rest in pairs]
        choices = self._asked(texts, echo=True, logprobs=1)
        return np.array([
            continuation_log_prob(choice, *pair)
            for choice, pair in zip(choices, pairs, strict=True)
        ])  # fmt: skip

    def _topped(self, pairs: list[Pair], fault: EchoFault | None) -> NDArray[np.float64]:
        prompts = list(dict.fromkeys(prompt for prompt, _ in pairs))
        choices = dict(zip(prompts, self._asked(prompts, echo=False, logprobs=_TOP), strict=True))
        scores = np.zeros(len(pairs))
        for row, (prompt, rest) in enumerate(pairs):
            found = top_log_prob(choices[prompt], rest) if rest else 0.0
            if found is None:
                why = (
                    f"its answer to the whole text cannot be right: {fault}"
                    if fault
                    else ("it does not score whole texts")
                )
                raise EndpointError(
                    f"Expected {shorten(rest)} among the next tokens that {self.model_id} lists "
                    f"after {shorten(prompt)}, but it is not there, and {why}. Use a server "
                    "that echoes log-probabilities, such as vLLM."
                )
            scores[row] = found
        return scores

    def _asked(self, texts: list[str], *, echo: bool, logprobs: int) -> list[Any]:
        """Return one choice a text; a batch that the server does not take goes one by one."""

        def ask(some: list[str]) -> list[Any]:
            try:
                return self._request(some, echo=echo, logprobs=logprobs)
            except _NoLists:
                return [
                    choice
                    for text in some
                    for choice in self._request([text], echo=echo, logprobs=logprobs)
                ]

        parts = [texts[start : start + self.batch] for start in range(0, len(texts), self.batch)]
        if len(parts) == 1 or self.concurrency == 1:
            answered = [ask(part) for part in parts]
        else:
            with ThreadPoolExecutor(self.concurrency) as pool:
                answered = list(pool.map(ask, parts))
        return [choice for choices in answered for choice in choices]

    def _request(self, texts: list[str], *, echo: bool, logprobs: int) -> list[Any]:
        import openai

        prompt = texts[0] if len(texts) == 1 else texts
        try:
            answer = self._client.completions.create(
                model=self.model, prompt=prompt, echo=echo, logprobs=logprobs, max_tokens=1,
                temperature=0,
            )  # fmt: skip
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if len(texts) > 1:
                raise _NoLists from error
            if echo:
                raise EchoFault(f"it refuses to ({self._plain(error)})") from error
            raise self._failed(error) from error
        except (openai.OpenAIError, ValueError) as error:
            raise self._failed(error) from error
        choices = getattr(answer, "choices", None)
        if not isinstance(choices, list):
            raise EndpointError(
                f"Expected completions as JSON from {self.url}, got "
                f"{shorten(self._plain(answer))}. Check the URL: it often ends in /v1."
            )
        if len(choices) != len(texts):
            if len(texts) > 1:
                raise _NoLists
            raise EndpointError(f"Expected one completion of {self.model_id}, got {len(choices)}.")
        return sorted(choices, key=lambda choice: choice.index or 0)

    def _failed(self, error: Exception) -> EndpointError:
        import openai

        advice: tuple[tuple[type[Exception], str], ...] = (
            (openai.AuthenticationError, "does not accept the API key. Set OPENAI_API_KEY"),
            (openai.PermissionDeniedError, "does not accept the API key. Set OPENAI_API_KEY"),
            (openai.NotFoundError, f"knows no completions of {self.model!r}. Check URL and name"),
            (openai.RateLimitError, "takes no more requests for now. Try later"),
            (openai.APITimeoutError, "does not answer in time. Give a longer timeout"),
            (openai.APIConnectionError, "cannot be reached. Check the URL and that it runs"),
            (openai.InternalServerError, "fails. Look at its log"),
            (ValueError, "answers no JSON. Check the URL: it often ends in /v1"),
        )
        said = next((text for kind, text in advice if isinstance(error, kind)), "fails")
        return EndpointError(f"{self.url} {said} ({shorten(self._plain(error), 160)[1:-1]}).")

    def _plain(self, said: object) -> str:
        return " ".join(str(said).split()).replace(self._key, "…")


class _NoLists(Exception):  # noqa: N818 - a signal between two functions
    """The server does not take several texts at once."""


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _shown(url: str) -> str:
    """Return a URL without name, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))


def _check_prompts(pairs: Sequence[Pair]) -> None:
    for prompt, rest in pairs:
        if not prompt:
            raise EndpointError(
                f"Expected a prompt before {shorten(rest)}, got none: servers give no "
                "log-probability of a first token. Write one."
            )
