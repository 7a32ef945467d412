"""The authors' training, and the sizes at which they trained."""

import pytest

from messages import says
from srhm.training.authors import authors_config, authors_lr, authors_sizes, cheaper
from srhm.training.config import RunConfig
from srhm_book.paper import P_STAR_FIGURES, published_curve, published_P_star


def test_a_training_is_complete():
    config = authors_config("lcn", 8, 18_605, L=3, seed=2)
    assert config == RunConfig(
        v=8, L=3, P=18_592, arch="lcn", width=256, scaling="channels", batch_size=32, lr=0.01,
        balanced=True, momentum=0.9, stop_loss=1e-3, stop_every=10, test_every=10,
        max_epochs=10_000, seed_rules=2, seed_sample=2, seed_init=2,
    )  # fmt: skip
    other = authors_config("fcn", 8, 5, n_c=4, s0=4, m=3, sparsity="B", width=512, stop_loss=0.5)
    assert (other.P, other.batch_size, other.lr, other.stop_loss) == (16, 16, 0.003, 0.5)
    assert (other.n_c, other.m, other.sparsity, other.width) == (4, 3, "B", 512)
    assert authors_config("fcn", 8, 500).stop_loss == 1e-2


@pytest.mark.parametrize(
    ("arch", "s", "L", "rates"),  # at s0 = 0, 1, 4, 6
    [
        ("lcn", 2, 2, (0.01, 0.01, 0.003, 0.003)),
        ("lcn", 3, 2, (0.003, 0.003, 0.003, 0.003)),
        ("cnn", 2, 1, (0.1, 0.1, 0.03, 0.03)),
        ("cnn", 2, 2, (0.01, 0.1, 0.03, 0.01)),
        ("cnn", 2, 3, (0.01, 0.01, 0.003, 0.001)),
        ("cnn", 3, 2, (0.01, 0.01, 0.003, 0.0003)),
        ("fcn", 2, 2, (0.01, 0.01, 0.003, 0.003)),
        ("fcn", 2, 3, (0.003, 0.003, 0.001, 0.001)),
    ],
)
def test_rates(arch, s, L, rates):
    assert tuple(authors_lr(arch, s, L, s0) for s0 in (0, 1, 4, 6)) == rates


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: authors_lr("vgg11", 2, 2, 0), ("arch", "lcn", "cnn", "fcn", "'vgg11'")),
        (lambda: authors_lr("cnn", 3, 2, 5), ("s0", 4, 6, "CNN", "s=3", 5)),
        (lambda: authors_sizes("fcn", 8, 2, 0), ("'fcn'",)),
        (lambda: authors_sizes("cnn", 8, 3, 0), ("L=3", "s0=0")),
    ],
)
def test_what_the_code_does_not_say_is_one_sentence(call, words):
    with pytest.raises(ValueError, match=says(*words)) as error:
        call()
    assert str(error.value).endswith(".")


def test_every_published_P_star_is_one_of_the_sizes():
    """They were read off the figures, to 0.3 %; neighbouring sizes are 39 % apart or more."""
    num = 0
    for arch in P_STAR_FIGURES:
        for row in published_P_star(arch).itertuples():
            sizes = authors_sizes(arch, row.v, row.L, row.s0)
            assert min(abs(P / row.P_star - 1) for P in sizes) < 0.002, row
            num += 1
    assert num == 59


@pytest.mark.parametrize("s0", [0, 1, 2, 4])
@pytest.mark.parametrize("arch", ["lcn", "cnn"])
def test_published_curves_lie_on_the_sizes(arch, s0):
    sizes, published = authors_sizes(arch, 8, 2, s0), published_curve(arch, s0).P
    assert len(published) > 5
    for P in published:
        assert min(abs(size / P - 1) for size in sizes) < 0.02, P


def test_the_cheaper_form_needs_data_for_its_batch():
    own = authors_config("cnn", 4, 64)
    assert cheaper(own).batch_size == 64
    with pytest.raises(ValueError, match="P must be at least 4 batches of 16 .*, not 48"):
        cheaper(authors_config("cnn", 4, 48))


def test_the_cheaper_form_ends_no_later():
    assert cheaper(authors_config("cnn", 4, 64)).stop_loss == 0.01
    assert cheaper(authors_config("cnn", 4, 64, stop_loss=0.1)).stop_loss == 0.1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"P": -5}, ("P", "-5")),
        ({"P": 0}, ("P", "0")),
        ({"P": "100"}, ("P", "'100'")),
        ({"v": "a"}, ("v", "'a'")),
        ({"n_c": 0}, ("n_c", "0")),
        ({"s0": (1, 0)}, ("s0", "(1, 0)")),
        ({"L": 4}, ("L", "4")),
        ({"foo": 3}, ("foo", "known are v")),
    ],
)
def test_impossible_values_are_one_sentence(changes, words):
    with pytest.raises(ValueError, match=says(*words)):
        authors_config(**{"arch": "lcn", "v": 4, "P": 100} | changes)


def test_a_given_rate_takes_the_place_of_the_codes():
    assert authors_config("cnn", 4, 100, s=3, s0=5, lr=0.02).lr == 0.02


def test_sizes_rise_also_for_the_smallest_v():
    for arch, v, L, s0 in (("cnn", 2, 2, 0), ("cnn", 2, 2, 4), ("cnn", 3, 2, 0)):
        sizes = authors_sizes(arch, v, L, s0)
        assert sizes == sorted({*sizes})
        assert sizes[0] >= 1
    with pytest.raises(ValueError, match="v=60"):
        authors_sizes("cnn", 60, 2, 4)
