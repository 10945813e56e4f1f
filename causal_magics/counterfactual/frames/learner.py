"""Distributions of each unit from its covariates, by any classifier of scikit-learn's kind.

Each unit is predicted by classifiers that were fitted without it (cross-fitting), so that what is
computed from predictions and outcomes together is not fooled by overfitting (Chernozhukov et al.
2018, "Double/debiased machine learning").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.column_codes import Codes
from causal_magics.errors import CounterfactualError, MissingDependencyError, shorten

__all__ = ["FOLDS", "check_learner", "cross_fitted", "features_of"]

FOLDS = 5
"""Parts of the units; each is predicted by what is fitted on the others."""
MOST_LABELS = 50
"""Labels beyond which a covariate is refused: each becomes a feature."""


def check_learner(learner: Any) -> None:
    """Refuse what cannot learn probabilities.

    Raises
    ------
    CounterfactualError
        Where it has no ``fit`` and ``predict_proba``.
    MissingDependencyError
        Without scikit-learn.
    """
    wanted = ("fit", "predict_proba", "get_params")
    lacking = [name for name in wanted if not callable(getattr(learner, name, None))]
    if isinstance(learner, type) or lacking:
        given = f"the class {learner.__name__}" if isinstance(learner, type) else "it"
        lacks = f"has no {lacking[0]}" if lacking else "is not made yet: call it"
        raise CounterfactualError(
            "Expected a classifier of scikit-learn as learner, such as "
            f"HistGradientBoostingClassifier(), but {given} ({shorten(type(learner).__name__)}) "
            f"{lacks}."
        )
    try:
        import sklearn.base  # noqa: F401
    except ImportError:
        raise MissingDependencyError("scikit-learn", "counterfactual", "learner=") from None


def features_of(names: Sequence[str], columns: Sequence[Codes]) -> Floats:
    """Return covariates as numbers, shape (rows, features).

    Numbers stay numbers, a gap becoming the mean beside a feature that marks it; labels become a
    feature each.

    Raises
    ------
    CounterfactualError
        Where a covariate has too many labels.
    """
    features: list[Floats] = []
    for name, column in zip(names, columns, strict=True):
        codes = np.asarray(column.values, dtype=np.int64) - column.low
        values = column.labels.values
        if column.labels.kind in ("number", "truth"):
            if not len(values):
                continue
            cells = values.astype(float)[codes]
            gaps = codes < 0
            if gaps.any():
                cells = np.where(gaps, cells[~gaps].mean() if not gaps.all() else 0.0, cells)
                features.append(gaps.astype(float))
            features.append(cells)
            continue
        if len(values) > MOST_LABELS:
            raise CounterfactualError(
                f"Expected covariates of numbers or few labels, got {len(values):,} labels in "
                f"{shorten(name)} (at most {MOST_LABELS}). Group the rare ones, or leave it out."
            )
        features += [(codes == code).astype(float) for code in range(len(values))]
    if not features:
        raise CounterfactualError("Expected covariates with values, got none. Name others.")
    return np.stack(features, axis=1)


def cross_fitted(
    learner: Any,
    features: Floats,
    target: NDArray[np.int64],
    fitted_on: NDArray[np.bool_],
    n_classes: int,
    folds: NDArray[np.int64],
    weights: Floats | None = None,
) -> Floats:
    """Return the probability of each class for all units, each by a learner that has not seen it.

    Parameters
    ----------
    learner
        Of scikit-learn's kind; it is cloned and stays as it is.
    features : ndarray of shape (rows, features)
    target : ndarray of shape (rows,)
        Class of each row.
    fitted_on : ndarray of shape (rows,)
        Of which rows the class is known.
    n_classes : int
    folds : ndarray of shape (rows,)
        Which part each row is in.
    weights : ndarray of shape (rows,), optional
        Above 0. Those that are fitted on are divided by their mean: a learner that is regularised
        would else learn another thing from weights in another unit.

    Returns
    -------
    ndarray of shape (rows, n_classes)

    Raises
    ------
    CounterfactualError
        Where the learner fails, or takes no weights though there are some.
    """
    from sklearn.base import clone

    found = np.zeros((len(features), n_classes))
    for fold in range(int(folds.max()) + 1):
        inside = folds == fold
        known = fitted_on & ~inside
        classes = np.unique(target[known])
        if not len(classes):
            raise CounterfactualError(
                "Expected units of each arm outside of each fold to learn from, got none. There "
                "are too few units for a learner; leave it out, or name strata."
            )
        if len(classes) == 1:
            found[inside, classes[0]] = 1.0
            continue
        given = {} if weights is None else {"sample_weight": weights[known] / weights[known].mean()}
        try:
            fitted = clone(learner).fit(features[known], target[known], **given)
            chances = fitted.predict_proba(features[inside])
        except (TypeError, ValueError, RuntimeError) as error:
            raise CounterfactualError(
                f"Expected {shorten(type(learner).__name__)} to learn the outcome from the "
                f"covariates{' with weights' if given else ''}, but it fails: "
                f"{' '.join(str(error).split())[:200]}"
            ) from error
        found[np.ix_(inside, np.asarray(fitted.classes_, dtype=np.intp))] = chances
    return np.asarray(found / found.sum(axis=1, keepdims=True))
