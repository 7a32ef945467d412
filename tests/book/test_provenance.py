"""The line below a figure."""

import pandas as pd
import pytest

from srhm_book.provenance import describe_runs, rests_on

RUNS = pd.DataFrame(
    [
        {"arch": "lcn", "v": 8, "P": P, "seed_rules": seed, "seconds": 900.0, "width": width}
        for P, width, seeds in ((100, 256, 3), (200, 256, 2), (400, 512, 2))
        for seed in range(seeds)
    ]
)
WORDS = "7 trainings, 2 to 3 seeds each, 1.8 core hours; mostly width 256."


def test_what_trained_the_runs_is_said():
    assert describe_runs(RUNS) == WORDS
    assert describe_runs(RUNS[RUNS.P == 100]) == (
        "3 trainings, 3 seeds each, 0.75 core hours; width 256."
    )
    assert describe_runs(RUNS[:0]) == "No training."


@pytest.mark.parametrize("shown", [RUNS, [RUNS, RUNS[:3]], {"a": RUNS[:4], "b": RUNS[3:]}])
def test_a_run_counts_once(shown):
    assert WORDS in rests_on(shown, "06_lcn").data


def test_runs_on_images_have_no_rules():
    images = RUNS.rename(columns={"seed_rules": "seed_sample", "v": "dataset"})
    assert describe_runs(images) == WORDS


def test_how_to_redraw_it():
    line = rests_on("Values from 4 < 5 figures.", "20_figures", profile="fresh", repeats=2).data
    assert line.startswith('<p class="provenance">Values from 4 &lt; 5 figures. Code: the cell')
    assert 'href="../../_sources/book/executed/20_figures.ipynb"' in line
    command = "papermill notebooks/20_figures.ipynb other.ipynb -p profile fresh -p repeats 2"
    assert f"<code>{command}</code>" in line
