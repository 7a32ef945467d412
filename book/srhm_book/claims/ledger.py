"""All claims, as data and as a table. Every number is computed from the store and `book/paper`."""

from __future__ import annotations

import json
import os

import pandas as pd
from tqdm import tqdm

from srhm.runs.store import Store
from srhm_book.claims.architectures import architecture_claims
from srhm_book.claims.claim import OWN, RULE, Claim, in_words, noted, numbers
from srhm_book.claims.invariance import invariance_claims
from srhm_book.claims.laws import law_claims
from srhm_book.images.claims import image_claims
from srhm_book.parent.claims import deep_claims
from srhm_book.parent.limits_claims import limit_claims
from srhm_book.spatial.claims import spatial_claims
from srhm_book.spectral.claims import spectral_claims
from srhm_book.why.claims import why_claims
from srhm_book.why.sharing_claims import sharing_claims

COLUMNS = ("Claim", "Part", "Figure", "Expected", "Paper", "Here", "Verdict", "Chapter")


def claims(store: Store, progress: bool = False) -> list[Claim]:
    """All claims, with their values from the runs in `store`: the papers', then this book's.

    progress: a bar on stderr where that is a terminal, with what is being worked out.
    """
    frame, found = pd.DataFrame(), []
    parts = {
        "laws": lambda: law_claims(store),
        "invariance": lambda: invariance_claims(frame),
        "architectures": lambda: architecture_claims(store),
        "photographs": lambda: image_claims(store),
        "before sparsity": lambda: deep_claims(store) + limit_claims(store),
        "spatial information": spatial_claims,
        "kernel regression": spectral_claims,
        "why": lambda: why_claims(store) + sharing_claims(store),
    }
    # tqdm takes None for: unless stderr is a terminal.
    silent = None if progress and not os.environ.get("TQDM_DISABLE") else True
    form = "{desc:22} |{bar:20}| {elapsed}"
    with tqdm(
        total=1 + len(parts), desc="runs", disable=silent, bar_format=form, leave=False
    ) as bar:
        frame = store.frame()
        for name, work in parts.items():
            bar.update()
            bar.set_description_str(name)
            found += work()
    return sorted(found, key=lambda item: item.group == OWN)


def to_json(items: list[Claim]) -> str:
    """The claims as a JSON list of objects."""
    return json.dumps([item.as_dict() for item in items], indent=2, ensure_ascii=False)


def to_markdown(items: list[Claim]) -> str:
    """All claims as a table, a row for each part, and the rule of the verdicts below it."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for item in items:
        there = f" (another setting: {item.elsewhere})" if item.elsewhere else ""
        for part in item.parts:
            *about, found = numbers(part)
            found += noted(part, ", {}")
            about = (item.statement + there, part.what, item.figure, *about, found)
            rows.append((*about, in_words(part), item.chapter))
    lines = [f"| {' | '.join(row)} |".replace("*", r"\*") for row in rows]
    return "\n".join([*lines, "", RULE]) + "\n"
