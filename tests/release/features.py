"""What each extra is for, done once. Run by the Python of a clean environment: features.py NAME.

``features.py missing`` asks for the feature of every extra where none is installed: each must say
in one line which extra brings it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what other tests share

GRAPH = "X [exposure]; Y [outcome]; Z -> {X Y}; X -> Y"


def numbers(rows: int = 200) -> dict[str, np.ndarray]:
    """Return three columns that follow the graph."""
    noise = np.random.default_rng(0).normal(size=(3, rows))
    z = noise[0]
    x = z + noise[1]
    return {"Z": z, "X": x, "Y": x + z + noise[2]}


def base() -> None:
    """The magics, the editor, and learning from arrays."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "causal_magics")
    shell.run_cell("%%causal graph -o g\n" + GRAPH.replace("; ", "\n")).raise_error()
    graph = shell.user_ns["g"]
    assert ("X", "Y") in graph.directed_edges, graph
    from causal_magics import discover, edit, identify

    editor = edit(graph)
    assert editor.get_state()["_esm"]
    assert identify(graph).adjustment_sets
    assert discover(numbers(), progress=False).graph.edges
    extension = Path(sys.prefix, "share/jupyter/labextensions/causal-magics")
    assert (extension / "package.json").is_file()
    assert (extension / "install.json").is_file()


def lab() -> None:
    """JupyterLab sees the extension, and a kernel runs a cell."""
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter", "labextension", "list"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = (listed.stdout + listed.stderr).splitlines()
    (line,) = (row for row in rows if "causal-magics" in row)
    assert "enabled" in line, line
    assert "OK" in line, line
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel()
    try:
        cell = "%load_ext causal_magics\nget_ipython().run_cell_magic('causal', 'graph', 'A -> B')"
        reply = client.execute_interactive(cell, timeout=60, output_hook=lambda _message: None)
        assert reply["content"]["status"] == "ok", reply["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def plot() -> None:
    """A discovery is drawn."""
    from causal_magics import discover

    if find_spec("matplotlib") is not None:
        import matplotlib as mpl

        mpl.use("Agg")
    learned = discover(numbers(), progress=False)
    learned.plot().figure.savefig(Path(tempfile.mkdtemp(), "learned.png"))


def independence() -> None:
    """Independences are tested by kernels, and by trees."""
    from causal_magics.graph.conditional_tests import conditional_test

    values = np.column_stack(list(numbers(80).values()))
    for test in ("kernel", "gradient boosting"):
        statistic, p_value = conditional_test(test, values)(1, 2, [0])
        assert np.isfinite(statistic), test
        assert 0 <= p_value <= 1, test


def png() -> None:
    """A graph is drawn as PNG."""
    from causal_magics import CausalGraph
    from causal_magics.graph.drawing import to_png

    assert to_png(CausalGraph.parse(GRAPH)).startswith(b"\x89PNG")


def dask() -> None:
    """A Dask frame is learned from, and workers learn resamples."""
    from causal_magics import discover

    if find_spec("dask") is None:
        from causal_magics.errors import MissingDependencyError

        raise MissingDependencyError("dask", "dask")  # without Dask there is no frame of Dask
    import dask.dataframe as dd
    import pandas as pd
    from distributed import Client

    frame = dd.from_pandas(pd.DataFrame(numbers()), npartitions=2)
    with Client(processes=False, dashboard_address=None) as client:
        learned = discover(frame, executor=client.get_executor(), bootstrap=2, progress=False)
    assert learned.graph.edges


def language() -> None:
    """A model of transformers is loaded and scores texts, and a policy acts."""
    from causal_magics import CausalGraph, act, load_model

    if find_spec("transformers") is None:
        load_model("SmolLM2-135M")
    import accelerate  # noqa: F401
    import gguf  # noqa: F401
    from language.tiny_models import save_tiny

    folder = save_tiny("llama", Path(tempfile.mkdtemp()))
    model = load_model(str(folder))
    assert model.score([("The doctor said that", " she")])[0] < 0
    assert act("axial", CausalGraph.parse(GRAPH), "Y").steps


def endpoint() -> None:
    """A server that speaks OpenAI's protocol scores texts."""
    from language.completion_server import KEY, serving

    from causal_magics.language.endpoint import Endpoint

    with serving() as server:
        model = Endpoint(server.url, "tiny", api_key=KEY)
        assert model.score([("The doctor said that", " she")])[0] < 0


def toxicity() -> None:
    """Texts have a probability of being offensive."""
    from causal_magics.pruning.scorers import toxicity_scorer

    kind, rude = toxicity_scorer()(["You are kind.", "You are a fucking idiot."])
    assert kind < 0.5 < rude


def interchange() -> None:
    """A graph is given to the packages that the extra brings, and to pandas."""
    from causal_magics import CausalGraph, compare
    from causal_magics.graph.interchange import to_causallearn, to_dowhy, to_pgmpy

    graph = CausalGraph.parse(GRAPH)
    for converted in (to_causallearn(graph), to_pgmpy(graph)):
        assert compare(graph, converted).shd == 0
    import dowhy
    import pandas as pd

    frame = pd.DataFrame(numbers())
    dowhy.CausalModel(frame, ["X"], ["Y"], graph=to_dowhy(graph)).identify_effect()
    assert len(compare(graph, graph).to_frame()) == len(graph.edges)


def gymnasium() -> None:
    """An environment plays a step."""
    from causal_magics import CausalEnvironment
    from causal_magics.passive.worlds.gymnasium_face import CausalEnv

    played = CausalEnv(CausalEnvironment())
    played.reset(seed=0)
    observation, *_ = played.step(np.int64(0))
    assert played.observation_space.contains(observation)


class Learner:
    """What a learner of scikit-learn has, where there is none."""

    def fit(self, _features: object, _labels: object) -> Learner:
        return self

    def get_params(self, deep: bool = True) -> dict[str, object]:
        return {}

    def predict_proba(self, features: np.ndarray) -> np.ndarray:
        return np.full((len(features), 2), 0.5)


def counterfactual() -> None:
    """A learner tells what each unit's response may be, and HiGHS bounds a query."""
    from causal_magics import CausalGraph, CounterfactualQuery, bounds, graph_bounds

    random = np.random.default_rng(0)
    treatment, covariate = random.integers(0, 2, 400), random.normal(size=400)
    outcome = (random.random(400) < 0.3 + 0.3 * treatment).astype(int)
    units = {"treatment": treatment, "outcome": outcome, "covariate": covariate}
    if find_spec("sklearn") is None:
        bounds(units, "treatment", "outcome", learner=Learner(), covariates="covariate")
    from sklearn.linear_model import LogisticRegression

    learner = LogisticRegression()
    assert bounds(units, "treatment", "outcome", learner=learner, covariates="covariate")
    import highspy  # noqa: F401

    graph = CausalGraph.parse("X -> Y; X <-> Y")
    joint = np.array([[0.3, 0.2], [0.1, 0.4]])
    found = graph_bounds(graph, joint, ["X", "Y"], CounterfactualQuery.pns("X", "Y"))
    assert 0 <= found.lower <= found.upper <= 1


def samples() -> None:
    """The sample data of experiments are here."""
    from causal_magics import sample

    assert len(sample("thornton_hiv").frame) == 2834


FEATURES: dict[str, Callable[[], None]] = {
    "lab": lab, "plot": plot, "independence": independence, "png": png, "dask": dask,
    "language": language, "endpoint": endpoint, "toxicity": toxicity, "interchange": interchange,
    "gymnasium": gymnasium, "counterfactual": counterfactual, "samples": samples,
}  # fmt: skip


def missing() -> None:
    """Where no extra is installed, each feature says in one line which one brings it."""
    from causal_magics.errors import MissingDependencyError

    for extra, feature in FEATURES.items():
        if extra == "lab":
            continue  # a front-end, which no Python asks for
        try:
            feature()
        except MissingDependencyError as error:
            told = str(error)
            assert f"causal-magics[{extra}]" in told, f"{extra}: {told}"
            assert "\n" not in told, told
        else:
            raise AssertionError(f"{extra}: works without what it needs")


def every() -> None:
    """All of them in one environment."""
    for feature in FEATURES.values():
        feature()


def main(name: str) -> None:
    done = {"base": base, "missing": missing, "all": every, **FEATURES}[name]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        done()
    for warning in caught:
        print(f"warning: {warning.category.__name__}: {warning.message}", file=sys.stderr)
    print(f"{name}: works")


if __name__ == "__main__":
    main(sys.argv[1])
