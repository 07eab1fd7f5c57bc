"""How sure one may be of a share, and how it is written."""

from math import sqrt

Z = 1.959964  # standard normal quantile of a 95 % interval


def wilson(count: int, of: int) -> tuple[float, float]:
    """The bounds (0..1) between which the true share lies, 95 times in 100.

    Wilson's interval (1927), which holds for small counts and near 0 and 1.
    """
    if not of:
        return 0.0, 1.0
    n, p = of, count / of
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return max(0.0, min(p, middle - reach)), min(1.0, max(p, middle + reach))


def percent(share: float, places: int = 0) -> str:
    """A share 0..1 as it stands in every sentence: `27 %`, as the templates' filter writes it."""
    return f"{100 * share:,.{places}f} %"
