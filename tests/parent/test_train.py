"""What the part's pages show is what its command trains."""

import pandas as pd
import pytest

from messages import says
from srhm.runs.store import Store
from srhm_book.parent import fully_connected, lazy, seeds, settings, train, uniform


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
    searched = {
        config: len({target.threshold for target in aims}) for config, aims in asked["search"]
    }
    assert {searched[config] for config in both} == {2}
    connected = [fully_connected.deep_grid(scaling=s) for s in settings.SCALINGS]
    assert {searched[c] for found in connected for own in found.values() for c in own} == {2}
    shallow = [fully_connected.shallow_grid(scaling=s) for s in settings.SCALINGS]
    assert {searched[c] for own in shallow for c in own} == {1}
    curves = [
        c
        for scaling in settings.SCALINGS
        for v, L in settings.SENSITIVITY_CURVES
        for c in settings.sensitivity_curve(v, L, scaling=scaling)
    ]
    runs = [c for task in seeds.TASKS for c in seeds.seed_runs(task)]
    runs += [*lazy.all_runs(), *uniform.uniform_runs()]
    assert {*curves, *runs} <= set(asked["sweep"])
    assert {config.scaling for config, _ in asked["search"]} == {"fan_in", "channels"}
    assert capsys.readouterr().out.count("\n") >= len(both)


def test_a_part_of_it(asked, tmp_path):
    train.main(["deep_lazy"], Store(tmp_path))
    assert {config.scaling for config, _ in asked["search"]} == {"channels"}
    assert not asked["sweep"]


def test_bad_input(tmp_path):
    names = ", ".join(train.WORK)
    with pytest.raises(SystemExit, match=says(f"name must be one of {names}, not 'wide'.")):
        train.main(["wide"], Store(tmp_path))
