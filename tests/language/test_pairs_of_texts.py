"""What every model says of pairs that are no pairs, in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from language.tiny_models import causal_tokenizer, masked_tokenizer, tiny_network

from causal_magics.errors import LanguageModelError
from causal_magics.language.answer_cache import AnswerCache, CachedModel
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.endpoint import Endpoint
from causal_magics.language.masked_lm import MaskedLM
from causal_magics.language.protocol import LanguageModel
from causal_magics.language.table_model import AnswerTable, Joint, TableModel

TABLE = TableModel(Joint({"Who": ["she", "he"]}, [0.5, 0.5]), ["Then {Who} was here."])
MODELS: dict[str, Callable[[Path], LanguageModel]] = {
    "causal": lambda _: CausalLM(tiny_network("llama"), causal_tokenizer(), "tiny"),
    "masked": lambda _: MaskedLM(tiny_network("bert"), masked_tokenizer(), "tiny"),
    "endpoint": lambda _: Endpoint("http://127.0.0.1:9/v1", "none"),
    "table": lambda _: TABLE,
    "answers": lambda _: AnswerTable({}),
    "cached": lambda folder: CachedModel(AnswerTable({}), AnswerCache(folder / "answers.sqlite")),
}


@pytest.mark.parametrize("name", MODELS)
def test_what_are_no_pairs_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    model = MODELS[name](tmp_path)
    wrong: list[tuple[Any, str]] = [
        (None, "list of pairs.*got NoneType"),
        (7, "list of pairs.*got int"),
        ("ab", "list of pairs.*got str"),
        ([("The", None)], "two texts, as pair 0"),
        ([("The", " a"), ("The", " a", " b")], "two texts, as pair 1"),
        ([("The \ud800", " a")], "half a character .* at place 4"),
    ]
    for pairs, words in wrong:
        with pytest.raises(LanguageModelError, match=words) as told:
            model.score(pairs)
        assert "\n" not in str(told.value)


def test_a_text_is_no_list_of_prompts() -> None:
    assert TABLE.log_probs(["Then"], [" she", " he"]).shape == (1, 2)
    with pytest.raises(LanguageModelError, match="list of prompts, got str"):
        TABLE.log_probs("Then", [" she", " he"])
    with pytest.raises(LanguageModelError, match="list of continuations, got str"):
        TABLE.log_probs(["Then"], " she")
    with pytest.raises(LanguageModelError, match="list of prompts, got NoneType"):
        TABLE.log_probs(None, [" she"])  # type: ignore[arg-type]
