"""What a measure of association says, one shape for each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CramersV:
    """How far two categories go together, 0 to 1: v as found, corrected for what chance alone would give."""

    n: int
    rows: int
    columns: int
    chi2: float | None
    dof: int
    p: float | None
    v: float | None
    corrected: float | None
    least_expected: float | None


@dataclass(frozen=True, slots=True)
class CorrelationRatio:
    """How far a category tells a number, eta 0 to 1: eta2 is the share of the variance between categories."""

    n: int
    groups: int
    eta: float | None
    eta2: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Ordinal:
    """How far two rankings agree, -1 to 1: Spearman's rho and Kendall's tau-b, each with its p."""

    n: int
    spearman: float | None
    spearman_p: float | None
    kendall: float | None
    kendall_p: float | None


@dataclass(frozen=True, slots=True)
class Pearson:
    """How far two numbers lie on a line, -1 to 1, with the 95 % interval."""

    n: int
    r: float | None
    p: float | None
    low: float | None
    high: float | None
