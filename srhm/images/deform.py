"""Random smooth deformations of images: maximum-entropy displacement fields (petrini2021).

Both components of a field, on the unit square, are sums of sines that vanish on the border,

    tau(x, y) = sum over i, j >= 1 with i^2 + j^2 <= c^2 of C_ij sin(i pi x) sin(j pi y),

with independent C_ij ~ N(0, T / (i^2 + j^2)): of all random fields with the same mean squared
gradient, the one of largest entropy. T, the temperature, says how strong they are, and the cut-off
c how fine. A deformed image is read at displaced points, tau x (r) = x(r - tau(r)), by bilinear
interpolation.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from srhm.data.randomness import check_int


def displacement_fields(
    num: int, n: int, T: float, c: int, generator: torch.Generator
) -> torch.Tensor:
    """Random displacements for images of n x n pixels, in pixels: (num, 2, n, n), first along x.

    The first and last row and column are the border, where fields are zero. T = 0 is the identity.
    One state of ``generator`` gives fields that differ by the factor sqrt(T) alone. They are made
    on the generator's device.

    Raises
    ------
    ValueError
        For an impossible ``num``, ``n``, ``T`` or ``c``. Whether deformations of strength T are
        one to one is another question: see `check_temperature`.
    """
    num, n, c = check_int("num", num, 1), check_int("n", n, 2), check_int("c", c, 2)
    if not (isinstance(T, (int, float)) and math.isfinite(T) and T >= 0):
        raise ValueError(f"T must be a finite number of at least 0, not {T!r}.")
    device = generator.device
    C = torch.randn(num, 2, c, c, generator=generator, device=device)
    C = C * math.sqrt(T) * _mode_amplitudes(c).to(device)
    k = torch.arange(1, c + 1, device=device)
    sines = torch.sin(math.pi * k[:, None] * torch.linspace(0, 1, n, device=device))  # (c, n)
    sines[:, -1] = 0  # the rounded pi leaves 1e-7 there
    return n * torch.einsum("baij,ix,jy->bayx", C, sines, sines)


def _mode_amplitudes(c: int) -> torch.Tensor:
    """Standard deviation of C_ij at T = 1 for i, j = 1 ... c: (c, c), zero beyond the cut-off."""
    square = torch.arange(1, c + 1) ** 2
    radius = square[:, None] + square
    return torch.where(radius <= c**2, 1 / radius.sqrt(), 0.0)


def apply_fields(images: torch.Tensor, fields: torch.Tensor) -> torch.Tensor:
    """Images (N, channels, n, n), each read at r - field(r); fields (N, 2, n, n), in pixels."""
    if images.ndim != 4 or images.shape[2] != images.shape[3]:
        raise ValueError(
            f"images must be square, (N, channels, n, n), not of shape {tuple(images.shape)}."
        )
    N, _, n, _ = images.shape
    if fields.shape != (N, 2, n, n):
        raise ValueError(f"fields must be of shape {(N, 2, n, n)}, not {tuple(fields.shape)}.")
    # grid_sample counts from -1 at the first pixel to 1 at the last one.
    places = torch.linspace(-1, 1, n, device=images.device, dtype=images.dtype)
    rest = torch.stack(torch.meshgrid(places, places, indexing="xy"), dim=-1)  # (n, n, 2): x, y
    grid = rest - fields.to(images).movedim(1, -1) * (2 / (n - 1))
    return F.grid_sample(images, grid, padding_mode="border", align_corners=True)


def deform(
    images: torch.Tensor,
    generator: torch.Generator,
    *,
    c: int = 3,
    delta: float | None = None,
    T: float | None = None,
) -> torch.Tensor:
    """Each image with a random field of its own, of pixel displacement delta or temperature T.

    Raises
    ------
    ValueError
        When not exactly one of ``delta`` and ``T`` is given, or it is outside the valid range.
    """
    if (delta is None) == (T is None):
        raise ValueError(f"Give one of delta and T, not delta={delta!r} and T={T!r}.")
    n = images.shape[-1]
    if T is None:
        T = temperature(delta, n, c)
    check_temperature(T, n, c)
    return apply_fields(images, displacement_fields(len(images), n, T, c, generator))


def typical_displacement(T: float, n: int, c: int) -> float:
    """delta = n sqrt(pi T ln c) / 2, in pixels: petrini2021's measure of how strong T is.

    It takes an integral for the sum over modes. That is right for large c; see
    `rms_displacement` for the sum.
    """
    return n * math.sqrt(math.pi * T * math.log(c)) / 2


def rms_displacement(T: float, n: int, c: int) -> float:
    """Root mean square over fields and pixels of the displacement's length, in pixels; exact.

    Each sine squared is 1/2 on average over the n - 1 steps from border to border, and both
    components count.
    """
    power = _mode_amplitudes(c).double().square().sum().item()
    return (n - 1) * math.sqrt(T * power / 2)


def temperature(delta: float, n: int, c: int) -> float:
    """The T whose typical displacement is delta pixels; ValueError where it is not valid."""
    low, high = (typical_displacement(T, n, c) for T in valid_temperatures(n, c))
    if not isinstance(delta, (int, float)) or not _within(low, delta, high):
        raise ValueError(
            f"delta must be from {low:.3g} to {high:.3g} pixels for images of {n} pixels and "
            f"c={c}, not {delta!r}."
        )
    return 4 * delta**2 / (math.pi * n**2 * math.log(c))


def valid_temperatures(n: int, c: int) -> tuple[float, float]:
    """The range of T that deforms visibly and does not tear: 1/(pi n^2 ln c), 4/(pi^3 c^2 ln c).

    Below it displacements are less than half a pixel, above it fields fold the image over.
    ValueError when the cut-off is too fine for there to be any.
    """
    n, c = check_int("n", n, 4), check_int("c", c, 2)
    if c > 2 * n / math.pi:
        most = int(2 * n / math.pi)
        raise ValueError(f"c must be from 2 to {most} for images of {n} pixels, not {c}.")
    return 1 / (math.pi * n**2 * math.log(c)), 4 / (math.pi**3 * c**2 * math.log(c))


def check_temperature(T: float, n: int, c: int) -> None:
    """ValueError, in one sentence with the range, when T is not valid for n pixels and c."""
    low, high = valid_temperatures(n, c)
    if not isinstance(T, (int, float)) or not _within(low, T, high):
        raise ValueError(
            f"T must be from {low:.3g} to {high:.3g} for images of {n} pixels and c={c}, not {T!r}."
        )


def _within(low: float, value: float, high: float) -> bool:
    """Whether value is in the range, whose ends may have been rounded on the way."""
    return low * (1 - 1e-9) <= value <= high * (1 + 1e-9)
