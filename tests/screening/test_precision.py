from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "_measures.py"


@pytest.fixture(scope="module")
def measures():
    spec = importlib.util.spec_from_file_location("_measures", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["_measures"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["_measures"]


@pytest.mark.parametrize(
    ("prevalence", "recall", "false_flags", "precision"),
    [(0.01, 0.8, 0.02, 0.29), (0.005, 0.8, 0.02, 0.17), (0.01, 0.8, 0.005, 0.62)],
)
def test_precision_at_a_prevalence(measures, prevalence, recall, false_flags, precision) -> None:
    assert round(measures.precision_at(prevalence, recall, false_flags), 2) == precision


def test_auc_counts_ties_half(measures) -> None:
    truth = np.array([True, True, False, False])
    assert measures.auc(truth, np.array([0.9, 0.8, 0.1, 0.2])) == 1.0
    assert measures.auc(truth, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5


def test_macro_f1_of_one_sided_guesses(measures) -> None:
    truth = np.array([True, False])
    assert measures.macro_f1(truth, truth) == 1.0
    assert measures.macro_f1(truth, np.array([True, True])) == pytest.approx(1 / 3)


def test_ece_of_perfect_and_of_sure_wrong_scores(measures) -> None:
    truth = np.array([True, False])
    assert measures.ece(truth, np.array([1.0, 0.0])) == 0.0
    assert measures.ece(truth, np.array([0.0, 1.0])) == 1.0
