"""Sweeps as YAML: what they expand to, and one sentence for what they cannot mean."""

import pytest

from messages import says
from srhm.runs.sweepfile import SweepFileError, read_sweep
from srhm.training.config import RunConfig


@pytest.fixture
def read(tmp_path):
    def read(text):
        file = tmp_path / "sweep.yml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_sweep(file)

    return read


def test_a_grid_is_every_combination(read):
    configs = read("{arch: [lcn, cnn], v: 6, s0: 1, P: [1000, 2000, 4000]}")
    assert configs == [
        RunConfig(arch=arch, v=6, s0=1, P=P) for arch in ("lcn", "cnn") for P in (1000, 2000, 4000)
    ]


def test_repeats_are_new_seeds_of_all_kinds(read):
    configs = read("{v: 6, P: [400, 800], repeats: 3}")
    assert len(configs) == 6
    seeds = {(c.seed_rules, c.seed_sample, c.seed_init) for c in configs}
    assert seeds == {(r, r, r) for r in range(3)}
    assert len({c.key for c in configs}) == 6


def test_several_grids_share_what_is_common_and_count_once(read):
    configs = read(
        """
        common: {v: 6, s0: 1, repeats: 2}
        grids:
          - {arch: lcn, P: [1000, 2000]}
          - {arch: cnn, P: 1000, repeats: 1}
          - {arch: lcn, P: [2000, 4000], s0: 1}
        """
    )
    found = [(c.arch, c.P, c.seed_init) for c in configs]
    assert sorted(found) == sorted(
        [("lcn", P, r) for P in (1000, 2000, 4000) for r in range(2)] + [("cnn", 1000, 0)]
    )


def test_numbers_that_yaml_takes_for_words(read):
    (config,) = read("{v: 6, s0: 1, P: 1000, stop_loss: 1e-2, lr: 5e-1, n_c: null, m: 3}")
    assert (config.stop_loss, config.lr, config.n_c, config.m) == (0.01, 0.5, 6, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{v: 6, P: 1000, archs: cnn}", ("'archs'", "'arch'", "momentum")),
        ("{v: 6, P: 1000, zzz: 1}", ("'zzz'", "v, P", "repeats")),
        ("{grids: [{v: 6, P: 100}], v: 6}", ("'v'", "common, grids")),
        ("{v: 6, P: []}", ("empty", "P")),
        ("{grids: []}", ("grids", "list", "one")),
        ("{common: {v: 6, P: 100}}", ("grids", "list")),
        ("", ("mapping", None)),
        ("[1, 2]", ("mapping", [1, 2])),
        ("{grids: [3]}", ("mapping", 3)),
        ("{grids: [{v: 6}]}", ("value for P",)),
        ("{v: 6, P: 1000, repeats: 0}", ("repeats", 1, 0)),
        ("{v: 6, P: 1000, repeats: [1, 2]}", ("repeats", [1, 2])),
        ("{v: 6, P: 1000, repeats: 2, seed_init: 1}", ("repeats", "seed_init")),
        ("{v: 6, P: 1000, arch: [cnn, rnn]}", ("arch", "lcn", "cnn", "'rnn'")),
        ("{v: 6, P: 1000, lr: fast}", ("lr", "number", "'fast'")),
        ("{v: 6, P: 1000, m: 7}", ("m", 6, 7)),
        ("{v: 6, P: ", ("YAML",)),
        (b"\xff\xfe\xff", ("YAML",)),
    ],
)
def test_bad_input_is_one_sentence_that_names_the_file(read, text, words):
    with pytest.raises(SweepFileError, match=says(*words)) as caught:
        read(text)
    assert "sweep.yml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SweepFileError, match=says(tmp_path / "none.yml", "No such file")):
        read_sweep(tmp_path / "none.yml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{v: 6, P: 16:40}", r"P must be an integer .*'16:40'"),  # 1000 in base 60
        ("{v: 6, P: 010}", r"P must be .*'010'"),  # 8
        ("{v: 6, P: 0x10}", r"P must be .*'0x10'"),
        ("{v: 6, P: 1_000}", r"P must be .*'1_000'"),
        ("{v: 6, P: 2024-01-01}", r"P must be .*'2024-01-01'"),
        ("{v: no, P: 1000}", r"v must be .*'no'"),
        ("{v: 6, P: 1000, lr: '0.1'}", "lr must be a number, not '0.1'"),
        ("{v: 6, P: 1000, lr: .inf}", "lr must be a number, not '.inf'"),
        ("{v: 6, P: 1e2.5}", "P must be .*'1e2.5'"),
        ("{v: 6, P: 1000.5}", "P must be .*1000.5"),
        ("{v: 6, P: 1000, lr: " + "9" * 401 + "}", "lr must be finite"),
        ("{v: 6, P: " + "9" * 5000 + "}", "P must be an integer"),
        ("{v: 6, P: 1000, seed_rules: -1}", "seed_rules must be .*-1"),
        ("{v: 6, P: 1000, seed_init: 9223372036854775808}", "seed_init must be .*775808"),
        ("{v: 6, P: [[1000]]}", r"P must be .*\[\[1000\]\]"),
        ("{v: 6, P: 1000, P: 2000}", "key 'P' is there twice .line 1, column 17"),
        ("{v: 6, P: 1, repeats: 1, repeats: 2}", "key 'repeats' is there twice"),
        ("{v: 6, P: 1000, repeats: 100000000}", "100,000,000 runs; at most 100,000"),
        ("{v: [4, 6], P: [64, 128], repeats: 99999}", "399,996 runs; at most 100,000"),
        ("{common: {v: 6, P: 64}, grids: [{repeats: 99999}, {repeats: 2}]}", "100,001 runs"),
        ("a: &a [1, 1]\nb: *a", r"aliases .*line 2"),
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_nothing_is_taken_for_something_else(read, text, message):
    with pytest.raises(SweepFileError, match=message) as caught:
        read(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_integers_with_an_exponent(read):
    (config,) = read("{v: 6, s0: 1, P: 1e3, num_test: 1.0e+2, seed_init: 9223372036854775807}")
    assert (config.P, config.num_test, config.seed_init) == (1000, 100, 2**63 - 1)
    assert isinstance(config.P, int)
