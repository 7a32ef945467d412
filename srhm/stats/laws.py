"""The paper's predictions for the sample complexity, up to their constant factors."""


def lcn_scale(s: int, L: int, s0: int, n_c: int, m: int) -> float:
    """Eq. 3 with C0 = s^(L/2): s^(L/2) (s0 + 1)^L n_c m^L, in data."""
    return s ** (L / 2) * (s0 + 1) ** L * n_c * m**L


def cnn_scale(s: int, L: int, s0: int, n_c: int, m: int) -> float:
    """Eq. 4 without C1: (s0 + 1)^2 n_c m^L whatever L, in data (s does not enter)."""
    return (s0 + 1) ** 2 * n_c * m**L


def predicted_scale(config) -> float:
    """Eq. 3 for an LCN or FCN, Eq. 4 for a CNN (anything with the symbols as attributes).

    ValueError where s0 differs from level to level: the laws are silent there.
    """
    if not isinstance(config.s0, (int, float)):
        raise ValueError(f"s0 must be the same at every level for Eqs. 3 and 4, not {config.s0}.")
    scale = cnn_scale if config.arch == "cnn" else lcn_scale
    return scale(config.s, config.L, config.s0, config.n_c, config.m)
