"""Tails of the distributions that tests and intervals need, from the standard library.

A few lines each, so that a run imports no statistics package for one p-value. Each
agrees with scipy to ten digits where a p-value is of any use.
"""

from __future__ import annotations

import math

_TINY = 1e-300
_CLOSE = 1e-15
_MOST_STEPS = 10_000


def normal_two_sided(z: float) -> float:
    """Return the chance of a standard normal at least as far from 0 as ``z``."""
    return math.erfc(abs(z) / math.sqrt(2))


def chi_square_tail(x: float, free: float) -> float:
    """Return the chance that chi-square exceeds ``x``.

    Args:
        x: The statistic; at 0 or below the chance is 1.
        free: Degrees of freedom, above 0.

    Raises:
        ValueError: ``free`` is not above 0.

    Source:
        NIST Digital Library of Mathematical Functions, 8.11.4 and 8.9.2.
    """
    if free <= 0:
        raise ValueError(f"{free} degrees of freedom")
    a, half = free / 2, x / 2
    if half <= 0:
        return 1.0
    scale = math.exp(a * math.log(half) - half - math.lgamma(a))
    if half < a + 1:
        term = total = 1 / a
        for step in range(1, _MOST_STEPS):
            term *= half / (a + step)
            total += term
            if term < total * _CLOSE:
                break
        return max(0.0, 1 - total * scale)
    b = half + 1 - a
    c, d = 1 / _TINY, 1 / b
    fraction = d
    for step in range(1, _MOST_STEPS):
        factor = -step * (step - a)
        b += 2
        d = 1 / _not_zero(factor * d + b)
        c = _not_zero(b + factor / c)
        fraction *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return scale * fraction


def f_tail(x: float, above: float, below: float) -> float:
    """Return the chance that F exceeds ``x``.

    Args:
        x: The statistic; at 0 or below the chance is 1.
        above: Degrees of freedom of the numerator.
        below: Of the denominator.
    """
    if x <= 0:
        return 1.0
    return incomplete_beta(below / (below + above * x), below / 2, above / 2)


def student_two_sided(t: float, free: float) -> float:
    """Return the chance of Student's t at least as far from 0 as ``t``."""
    return incomplete_beta(free / (free + t * t), free / 2, 0.5)


def student_quantile(free: float, confidence: float = 0.95) -> float:
    """Return the t beyond which, on both sides, lies what the confidence leaves.

    Raises:
        ValueError: ``confidence`` is not in (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}, not in (0, 1)")
    low, high = 0.0, 1.0
    while student_two_sided(high, free) > 1 - confidence:
        high *= 2
    # A hundred halvings leave nothing between the two.
    for _ in range(100):
        middle = (low + high) / 2
        if student_two_sided(middle, free) > 1 - confidence:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b).

    Raises:
        ValueError: ``x`` is not in [0, 1], or a parameter is not above 0.

    Source:
        NIST Digital Library of Mathematical Functions, 8.17.22, by Lentz's method.
    """
    if not 0 <= x <= 1 or a <= 0 or b <= 0:
        raise ValueError(f"x {x}, a {a}, b {b}")
    if x in (0, 1):
        return float(x)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b)
        - math.lgamma(a)
        - math.lgamma(b)
        + a * math.log(x)
        + b * math.log1p(-x)
    )
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for factor in (even, odd):
            d = 1 / _not_zero(1 + factor * d)
            c = _not_zero(1 + factor / c)
            fraction *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return front * fraction / a


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
