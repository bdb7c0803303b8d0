"""The sample of T13, of shadow panels and of the auditor: repeatable, of the stated size, independent."""

from __future__ import annotations

import hashlib

import pytest
from scipy.stats import binomtest, chi2_contingency

from evenhand.errors import UsageError
from evenhand.procedure.sampling import SampleOf, in_sample

NONCE = hashlib.sha256(b"a period").digest()


def test_the_formula_repeated_by_hand() -> None:
    fields = b"".join(len(part).to_bytes(4, "big") + part for part in (b"review", NONCE, b"case 1"))
    number = int(hashlib.sha256(b"evenhand/sample/v1\n" + fields).hexdigest(), 16)
    assert in_sample(SampleOf.REVIEW, NONCE, "case 1", 0.05) == (number * 20 < 2**256)
    assert in_sample(SampleOf.REVIEW, NONCE, "case 1", 1) and not in_sample(SampleOf.REVIEW, NONCE, "case 1", 0)


@pytest.mark.slow
def test_inv_34_the_share_is_the_stated_one_and_purposes_are_independent() -> None:
    cases = [f"case {number}" for number in range(20_000)]
    review, shadow = (
        [in_sample(kind, NONCE, case, 0.05) for case in cases] for kind in (SampleOf.REVIEW, SampleOf.SHADOW)
    )
    for taken in (review, shadow):
        assert binomtest(sum(taken), len(taken), 0.05).pvalue > 0.001
    pairs = list(zip(review, shadow, strict=True))
    table = [[pairs.count((first, second)) for second in (True, False)] for first in (True, False)]
    assert chi2_contingency(table).pvalue > 0.001
    assert all(in_sample(SampleOf.REVIEW, NONCE, case, 0.2) for case, taken in zip(cases, review, strict=True) if taken)


@pytest.mark.parametrize(("nonce", "share"), [(b"short", 0.05), (NONCE, -0.1), (NONCE, 1.01), (NONCE, float("nan"))])
def test_what_is_no_sample_is_refused(nonce: bytes, share: float) -> None:
    with pytest.raises(UsageError):
        in_sample(SampleOf.REVIEW, nonce, "case 1", share)
