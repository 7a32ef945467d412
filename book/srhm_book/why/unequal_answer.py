"""What the chapter on unequal probabilities answers: told is what both readings of a size say.

By thresholds and by half of each fall: a ratio that parts in one alone may be a matter of the
thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from srhm_book.why.expected import WITHIN
from srhm_book.why.unequal import HALF, THRESHOLD, Case
from srhm_book.why.unequal_views import kind_of, named, value_words
from srhm_book.wording import join

ONE = {"places": "place", "synonyms": "synonym"}
NO_VALUE = "no value"
COLUMNS = ["arch", "kind", "rare", "words", "judged", "told"]


def in_both(
    table: pd.DataFrame, rarities: Mapping[Case, float], reading: str, pair: str
) -> pd.DataFrame:
    """One row a case, the mildest inequality first: a ratio over that with equal probabilities.

    table: `srhm_book.why.unequal.parting_table`. Columns `COLUMNS`: kind is "places" or "synonyms",
    rare how many times rarer the rarest is, words both values, judged both with their verdicts,
    told the verdict of both, "one" where a single one has parted, else "open".
    """
    own = table[(table.reading == reading) & (table.pair == pair)]
    rows = []
    for case, found in own.groupby(["arch", "displacement_ratio", "zipf"]):
        known = {r.how: r for r in found.itertuples() if r.over_equal is not None}
        both = [known.get(how) for how in (THRESHOLD, HALF)]
        verdicts = [row.verdict if row else "open" for row in both]
        told = verdicts[0] if len(set(verdicts)) == 1 else "open"
        if told == "open" and "parted" in verdicts:
            told = "one"
        words = _both(both, lambda r: value_words(r.over_equal, r.bound))
        rows.append((case[0], kind_of(case), rarities[case], words, _both(both, _judged), told))
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("rare", ignore_index=True)


def _both(rows, words) -> str:
    """ "2.94 (2.63 to 3.29) at the thresholds, 5.11 (3.51 to 7.43) at half of each fall"."""
    first, second = (words(row) if row else NO_VALUE for row in rows)
    return f"{first} at the thresholds, {second} at half of each fall"


def _judged(row) -> str:
    """ "2.94 (2.63 to 3.29: parted)"."""
    return f"{value_words(row.over_equal, row.bound)[:-1]}: {row.verdict})"


def ratio_sentence(
    table: pd.DataFrame,
    rarities: Mapping[Case, float],
    arch: str,
    kind: str,
    reading: str = "own",
    pair: str = "D/S",
) -> str:
    """Where a ratio leaves its value at equal probabilities, by how much rarer the rarest is."""
    found = in_both(table, rarities, reading, pair)
    found = found[(found.arch == arch) & (found.kind == kind)]
    if found.empty:
        return "not measured."
    moved = found[found.told.isin(["parted", "one"])]
    parts = [f"{r.rare:.2g} times rarer: {r.judged}" for r in moved.itertuples()]
    for told in ("together", "open"):
        rares = found[found.told == told].rare
        if len(rares):
            parts.append(f"{join(f'{rare:.2g}' for rare in rares)} times rarer: {told}")
    return f"{'; '.join(parts)}."


def answer(table: pd.DataFrame, rarities: Mapping[Case, float]) -> str:
    """Whether the CNN's P*_D/P*_S parts on the task's own data, where, and what the others say."""
    found = in_both(table, rarities, "own", "D/S")
    found = found[found.arch == "cnn"]
    if found.words.str.count(NO_VALUE).eq(2).all():
        return "Not measured yet."
    return " ".join(_sentences(table, rarities, found))


def _sentences(table, rarities, found: pd.DataFrame) -> Iterator[str]:
    parted, rest = (found[(found.told == "parted") == told] for told in (True, False))
    if parted.empty:
        yield "They are not shown to come apart."
    else:
        yield from _where_parted(table, rarities, parted.iloc[-1])
    if len(rest):
        most = join(f"{kind} up to {own.rare.max():.2g}" for kind, own in rest.groupby("kind"))
        kept = int((rest.told == "together").sum())
        which = "the other" if len(parted) else "all"
        yield (
            f"In {which} tasks ({most} times rarer) {named('D/S')} stays within a "
            f"factor of {WITHIN:g} in {kept} and is open in {len(rest) - kept}."
        )


def _where_parted(table, rarities, case) -> Iterator[str]:
    one, alone = ONE[case.kind], case.rare if case.kind == "places" else 1 / case.rare
    yield (
        f"They can come apart: where the rarest {one} is {case.rare:.2g} times rarer than with "
        f"equal ones, a CNN's {named('D/S')} is, over what it is with equal ones, {case.words}."
    )
    yield f"Learned by itself, a {one} so rare would make it {alone:.2g}."
    errors = []
    for reading in ("own", "even"):
        found = in_both(table, rarities, reading, "D/P")
        same = (found.arch == case.arch) & (found.kind == case.kind) & (found.rare == case.rare)
        errors.append(found[same].words.iloc[0])
    yield (
        f"{named('D/P')} is {errors[0]}; of the same networks on data where all are equally "
        f"likely, {errors[1]}."
    )
