"""Intervals for published figures, in plain Python: Wilson, Clopper-Pearson, exact Poisson, order statistics.

All are two-sided. Sources: Wilson 1927; Clopper and Pearson 1934; Garwood 1936; continued fractions of the
incomplete beta and gamma functions after Abramowitz and Stegun 26.5.8 and 6.5.31 (modified Lentz).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Final

from evenhand.errors import UsageError

LEVEL: Final = 0.95
_TINY: Final = 1e-300
_STEPS: Final = 100_000
_CLOSE: Final = 1e-15
_HALVINGS: Final = 200


class Method(StrEnum):
    """How an interval was made."""

    COUNTED = "counted in full"
    WILSON = "Wilson"
    CLOPPER_PEARSON = "Clopper-Pearson"
    POISSON = "exact Poisson"
    ORDER = "order statistics"


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval. `high` may be infinite. A count of everything there is has `low = high = value`."""

    low: float
    high: float
    method: Method
    level: float = LEVEL

    def __post_init__(self) -> None:
        if not (self.low <= self.high) or math.isinf(self.low):
            raise UsageError(f"the interval {self.low} to {self.high} is none", mend="Give the lower end first.")

    @classmethod
    def counted(cls, value: float) -> Interval:
        """Return the interval of a full count: nothing was sampled, so it is the value itself."""
        return cls(value, value, Method.COUNTED)

    @property
    def is_counted(self) -> bool:
        """Whether everything was counted, so that nothing is uncertain but the recording."""
        return self.method is Method.COUNTED


def _share(successes: int, trials: int) -> None:
    if trials < 1 or not 0 <= successes <= trials:
        raise UsageError(f"{successes} of {trials} is no share", mend="Give 0 <= part <= whole, whole at least 1.")


def wilson(successes: int, trials: int, level: float = LEVEL) -> Interval:
    """Return the Wilson score interval of a share; UsageError unless 0 <= successes <= trials, trials >= 1."""
    _share(successes, trials)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    # At the edges the formula gives exactly 0 and 1 but for rounding.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == trials else min(1.0, middle + half)
    return Interval(low, high, Method.WILSON, level)


def clopper_pearson(successes: int, trials: int, level: float = LEVEL) -> Interval:
    """Return the exact interval of a share (never too narrow); UsageError as `wilson`. About 1 ms."""
    _share(successes, trials)
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else _solve(lambda p: beta_share(successes, trials - successes + 1, p), tail, 1.0)
    high = (
        1.0
        if successes == trials
        else _solve(lambda p: beta_share(successes + 1, trials - successes, p), 1 - tail, 1.0)
    )
    return Interval(low, high, Method.CLOPPER_PEARSON, level)


def poisson(count: int, level: float = LEVEL) -> Interval:
    """Return the exact interval of the mean behind a count; UsageError for a negative one. About 1 ms."""
    if count < 0:
        raise UsageError(f"{count} is no count", mend="Count from 0.")
    tail = (1 - level) / 2
    reach = count + 20 * math.sqrt(count + 1) + 100
    low = 0.0 if count == 0 else _solve(lambda mean: gamma_share(count, mean), tail, reach)
    high = _solve(lambda mean: gamma_share(count + 1, mean), 1 - tail, reach)
    return Interval(low, high, Method.POISSON, level)


def quantile_interval(values: Sequence[float], share: float, level: float = LEVEL) -> Interval:
    """Return the distribution-free interval of a quantile, from the order statistics; at most the whole range.

    Coverage is at least `level` where the values are many enough; with few it is the smallest and largest
    value, and less. O(n log n). UsageError without values.
    """
    if not values or not 0 < share < 1:
        raise UsageError("there are no values", mend="Give at least one value and a share between 0 and 1.")
    ordered = sorted(values)
    count, tail = len(ordered), (1 - level) / 2
    # P(Binomial(n, share) < k), raised value by value: an exact walk, no approximation.
    below, low, high = 0.0, 0, count - 1
    found_high = False
    for index in range(count + 1):
        if below <= tail:
            low = max(index - 1, 0)
        if not found_high and below >= 1 - tail:
            high, found_high = min(index - 1, count - 1), True
        below += _binomial(index, count, share)
    return Interval(ordered[low], ordered[max(high, low)], Method.ORDER, level)


def _binomial(index: int, count: int, share: float) -> float:
    ways = math.lgamma(count + 1) - math.lgamma(index + 1) - math.lgamma(count - index + 1)
    return math.exp(ways + index * math.log(share) + (count - index) * math.log1p(-share))


def _solve(rising: Callable[[float], float], target: float, reach: float) -> float:
    """Return where a rising function meets a target on 0..reach, by halving until the number cannot be halved."""
    low, high = 0.0, reach
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_share(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 <= x <= 1."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    def term(step: int) -> float:
        if step == 0:
            return 1.0
        half, odd = divmod(step, 2)
        if odd:
            return -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        return half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))

    return _lentz(term, lambda _step: 1.0)


def gamma_share(a: float, x: float) -> float:
    """Return the regularised lower incomplete gamma function P(a, x), for a > 0 and x >= 0."""
    if x <= 0:
        return 0.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        total = term = 1 / a
        step = a
        while term > total * _CLOSE:
            step += 1
            term *= x / step
            total += term
        return total * front
    return 1 - front * _lentz(lambda n: 1.0 if n == 0 else -n * (n - a), lambda n: x + 2 * n + 1 - a)


def _lentz(over: Callable[[int], float], under: Callable[[int], float]) -> float:
    """Return the continued fraction over(0)/(under(0)+ over(1)/(under(1)+ …)), modified Lentz."""
    value = ratio_c = _TINY
    ratio_d = 0.0
    for step in range(_STEPS):
        ratio_d = under(step) + over(step) * ratio_d
        ratio_c = under(step) + over(step) / ratio_c
        ratio_d = 1 / (ratio_d or _TINY)
        ratio_c = ratio_c or _TINY
        change = ratio_c * ratio_d
        value *= change
        if abs(change - 1) < _CLOSE:
            break
    return value
