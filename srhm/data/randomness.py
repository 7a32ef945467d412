"""Random numbers from explicit seeds, and distinct draws from huge sets."""

from __future__ import annotations

import functools
import inspect
import math
import numbers
import operator
import reprlib

import numpy as np

MOST_SEED = 2**63 - 1  # what numpy and torch both take
# What `typed` looks at: our own classes, and those of our libraries.
TYPED = {"SRHM", "Samples", "Configuration", "RunConfig", "Store", "DataFrame", "Module", "dict"}
# Equal integer seeds for different purposes give unrelated streams of random numbers.
PURPOSES = {"rules": 0, "sample": 1, "exchange": 2, "displace": 3, "order": 4}


def check_int(name: str, value, least: int, most: int | None = None) -> int:
    """``value`` as an int, or a ValueError that names it and what is allowed."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        whole = operator.index(value)
    except TypeError:
        whole = None
    if whole is None or whole < least or (most is not None and whole > most):
        allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be an integer {allowed}, not {value!r}.")
    return whole


def check_real(name: str, value) -> float:
    """``value`` as a float, or a ValueError that names it unless it is finite and not negative."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):  # NumPy's are Real too
        raise ValueError(f"{name} must be a number, not {value!r}.")
    try:
        allowed = math.isfinite(value) and value >= 0
    except OverflowError:  # an integer beyond any float
        allowed, value = False, f"one of {value.bit_length()} bits"
    if not allowed:
        raise ValueError(f"{name} must be finite and not negative, not {value}.")
    return float(value) + 0.0  # -0.0 becomes 0.0


def check_type(name: str, value, kind: type) -> None:
    """ValueError that names ``value`` unless it is a ``kind``."""
    if not isinstance(value, kind):
        _refuse_type(name, value, kind.__name__)


def _refuse_type(name: str, value, kind: str):
    given = f"{type(value).__name__} {reprlib.repr(value)}"
    raise ValueError(f"{name} must be a {kind}, not the {given}.")


def typed(function):
    """``function``, which refuses (ValueError) a task, samples, a configuration ... that is none.

    The annotations say which class of `TYPED` an argument must be. They are texts and compared by
    name: where they stand, the class itself cannot always be imported.
    """
    annotations = {n: str(p.annotation) for n, p in inspect.signature(function).parameters.items()}
    kinds = {n: text.rpartition(".")[2] for n, text in annotations.items()}

    @functools.wraps(function)
    def call(*arguments, **keywords):
        for name, value in (*zip(kinds, arguments, strict=False), *keywords.items()):
            kind = kinds.get(name)
            if kind in TYPED and kind not in [each.__name__ for each in type(value).__mro__]:
                _refuse_type(name, value, kind)
        return function(*arguments, **keywords)

    return call


def check_seed(name: str, value) -> int:
    """``value`` as an int from 0 to 2^63 - 1, or a ValueError that names it."""
    return check_int(name, value, 0, MOST_SEED)


def generator(seed: int, purpose: str, level: int = 0) -> np.random.Generator:
    """Random numbers for one purpose (see `PURPOSES`) at one level; no global state involved."""
    entropy = check_seed("seed", seed)
    sequence = np.random.SeedSequence(entropy, spawn_key=(PURPOSES[purpose], level))
    return np.random.Generator(np.random.PCG64(sequence))


def distinct_words(rng, n: int, num_data: int, sizes: list[int]) -> np.ndarray:
    """n distinct, uniform words, (len(sizes), n): the first distinct ones of an endless draw."""
    if 2 * n >= num_data and len(sizes) == 1:
        return rng.permutation(num_data)[None, :n].astype(np.uint64)
    words = np.empty((len(sizes), 0), np.uint64)
    while words.shape[1] < n:
        # Enough to make up for the expected duplicates, so that one round mostly suffices.
        missing = n - words.shape[1]
        more = missing + math.ceil(missing * n / num_data) + 8
        fresh = [rng.integers(0, size, more, dtype=np.uint64) for size in sizes]
        words = drop_repeats(np.concatenate([words, fresh], axis=1))
    return words[:, :n]


def drop_repeats(words: np.ndarray) -> np.ndarray:
    """The columns of ``words`` without those that an earlier column equals."""
    # One word is its own code. Several are hashed to 64 bits: equal data always share a code, so
    # no duplicate stays; a false alarm (about 1e-7 expected in 1e6 data) costs one redrawn datum.
    codes = words[0].copy()
    for word in words[1:]:
        codes *= np.uint64(0x9E3779B97F4A7C15)
        codes += word
    ordered = np.sort(codes)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(twice) == 0:
        return words
    suspects = np.flatnonzero(np.isin(codes, twice))
    _, first = np.unique(codes[suspects], return_index=True)
    keep = np.ones(len(codes), bool)
    keep[suspects] = False
    keep[suspects[first]] = True
    return words[:, keep]
