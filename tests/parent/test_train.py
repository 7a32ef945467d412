"""What the part's pages show is what its command trains."""

import pandas as pd
import pytest

from messages import says
from srhm.runs.store import Store
from srhm_book.parent import seeds, settings, train


@pytest.fixture
def asked(monkeypatch):
    """The settings asked of the search, with their targets, and the runs of the sweeps."""
    found = {"search": [], "sweep": []}

    def search(configs, store, targets, **options):
        found["search"] += [(config, targets) for config in configs]
        return pd.DataFrame()

    def sweep(configs, store, **options):
        found["sweep"] += configs
        return pd.DataFrame()

    monkeypatch.setattr(train, "search", search)
    monkeypatch.setattr(train, "sweep", sweep)
    return found


def test_everything_is_trained(asked, tmp_path, capsys):
    train.main([], Store(tmp_path))
    both = [*settings.deep_grid(), *settings.deep_grid(scaling="channels")]
    assert [config for config, _ in asked["search"]] == both
    assert all(len({target.threshold for target in aims}) == 2 for _, aims in asked["search"])
    curves = [c for v, L in settings.SENSITIVITY_CURVES for c in settings.sensitivity_curve(v, L)]
    runs = [c for task in seeds.TASKS for c in seeds.seed_runs(task)]
    assert {*curves, *runs} <= set(asked["sweep"])
    assert {config.scaling for config in asked["sweep"]} == {"fan_in", "channels"}
    assert capsys.readouterr().out.count("\n") >= len(both)


def test_a_part_of_it(asked, tmp_path):
    train.main(["deep_lazy"], Store(tmp_path))
    assert {config.scaling for config, _ in asked["search"]} == {"channels"}
    assert not asked["sweep"]


def test_bad_input(tmp_path):
    names = "deep, seeds, synonyms, deep_lazy, synonyms_lazy"
    with pytest.raises(SystemExit, match=says(f"name must be one of {names}, not 'wide'.")):
        train.main(["wide"], Store(tmp_path))
