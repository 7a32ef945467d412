"""One-hot inputs, the decoder that proves the labels, and the data set for other loops."""

import numpy as np
import pytest
import torch

from messages import says
from srhm.data.encoding import OneHotDataset
from srhm.data.parsing import RuleLookup
from srhm.data.samples import Samples
from srhm.data.task import SRHM
from strategies import inputs

A, B = SRHM(4, 2, 2, 1, m=3), SRHM(4, 2, 2, 1, m=3, sparsity="B")


@pytest.mark.parametrize("task", [A, B, SRHM(3, 3, 2, 0), SRHM(3, 2, 1, 2)], ids=repr)
def test_one_hot_has_a_one_per_feature_and_zeros_elsewhere(task):
    samples = task.sample(20, 0)
    x = task.one_hot(samples)
    assert (x.dtype, tuple(x.shape)) == (torch.float32, (20, task.v, task.d))
    for row, (features, _) in zip(x, inputs(task, samples), strict=True):
        for p, feature in enumerate(features):
            expected = [float(f == feature) for f in range(task.v)]
            assert row[:, p].tolist() == expected


@pytest.mark.parametrize("task", [A, B], ids=repr)
def test_decode_reads_tensors_and_arrays_of_any_number_type(task):
    samples = task.sample(5000, 0)  # more than one block
    x = task.one_hot(samples)
    for same in (x, x.numpy(), x.bool(), x.double().requires_grad_(), x.numpy().astype(np.int8)):
        labels = task.decode(same)
        assert labels.dtype == np.uint8
        assert (labels == samples.labels).all()
    assert task.decode(x[:0]).shape == (0,)


def test_decoded_labels_are_of_the_smallest_type():
    for n_c, dtype in ((256, np.uint8), (257, np.uint16)):
        task = SRHM(17, 2, 1, 0, n_c=n_c, m=1)
        every = task.sample(task.num_data, 0)
        labels = task.decode(task.one_hot(every))
        assert labels.dtype == every.labels.dtype == dtype
        assert (labels == every.labels).all()


def test_decode_tells_every_other_tuple_from_the_rules():
    """All 2-tuples at one level: those of the rules give their class, all others are refused."""
    task = SRHM(5, 2, 1, 0, n_c=3, m=2)
    rules = task.rules[0].tolist()
    for pair in np.ndindex(5, 5):
        x = torch.eye(5)[:, list(pair)][None]
        owner = [label for label in range(3) if list(pair) in rules[label]]
        if owner:
            assert task.decode(x).tolist() == owner
        else:
            with pytest.raises(ValueError, match=says("level 1", "patch 0", list(pair))):
                task.decode(x)


def _features(row):
    """One input from a string: a digit is a feature, a dot is empty."""
    x = torch.zeros(1, 4, len(row))
    for p, c in enumerate(row):
        if c != ".":
            x[0, int(c), p] = 1
    return x


@pytest.mark.parametrize("task", [A, B], ids=repr)
def test_decode_says_where_an_input_breaks_the_rules(task):
    good = task.sample(5000, 0)
    x = task.one_hot(good)
    where = sorted(int(p) for p in good.positions[4500])

    def refused(change, *words):
        bad = x.clone()
        change(bad[4500])
        with pytest.raises(ValueError, match=says("Sample 4500", *words)):
            task.decode(bad)

    patch = where[0] // 4
    refused(lambda r: r.zero_(), "level 2", "patch 0", "empty")
    refused(lambda r: r[:, where[0]].zero_(), "level 1", f"patch {patch}", "exactly")
    refused(lambda r: r[:, where[0]].fill_(1), f"position {where[0]}", [1.0] * 4)
    other = (good.values[4500, 0] + 1) % 4
    refused(lambda r: r[other, where[0]].fill_(1), f"position {where[0]}", 1.0)
    refused(lambda r: r[:, where[0]].mul_(0.5), f"position {where[0]}", 0.5)
    refused(lambda r: r[:, where[0]].fill_(torch.nan), f"position {where[0]}", "nan")
    # An empty half leaves one level-1 patch where the level-2 rule has two.
    refused(lambda r: r[:, where[2] : where[3] + 1].zero_(), "level 2", "patch 0", "exactly")
    known = {tuple(t) for t in task.rules[0].reshape(-1, 2).tolist()}
    first, second = next(pair for pair in np.ndindex(4, 4) if pair not in known)

    def replace(r):
        r[:, where[2:]] = torch.eye(4)[:, [first, second]]

    refused(replace, "level 1", f"patch {where[2] // 4}", "no rule")


def test_the_two_sparsities_allow_different_places():
    a, b = (SRHM(2, 2, 1, 1, sparsity=sparsity) for sparsity in "AB")
    pair = "".join(map(str, a.rules[0][1, 0]))
    assert (a.rules[0] == b.rules[0]).all()
    for row in (f"{pair[0]}.{pair[1]}.", f".{pair}.", f"{pair[0]}..{pair[1]}"):
        assert a.decode(_features(row)[:, :2]).tolist() == b.decode(_features(row)[:, :2]) == [1]
    for row in (f"{pair}..", f"..{pair}"):
        assert b.decode(_features(row)[:, :2]).tolist() == [1]
        with pytest.raises(
            ValueError, match=says("level 1", "patch 0", "2 sub-patches", "exactly one")
        ):
            a.decode(_features(row)[:, :2])


def test_wrong_shapes_and_foreign_samples_are_refused():
    with pytest.raises(ValueError, match=says("x", "(n, v=4, d=16)", "(3, 16, 4)")):
        A.decode(torch.zeros(3, 16, 4))
    with pytest.raises(ValueError, match=says("x", "(n, v=4, d=16)", "(4, 16)")):
        A.decode(torch.zeros(4, 16))
    x = A.sample(500, 0)
    for name, limit in (("values", 3), ("positions", 15), ("labels", 3)):
        arrays = {n: getattr(x, n).astype(int) for n in ("values", "positions", "labels")}
        for shift in (1, -1):  # one beyond either end
            foreign = Samples(**arrays | {name: arrays[name] + shift})
            for call in (A.one_hot, lambda y: OneHotDataset(A, y)):
                with pytest.raises(ValueError, match=says(name, "samples", f"0 to {limit}")):
                    call(foreign)


SAMPLES = A.sample(20, 0)


def changed(**arrays):
    """The samples with some arrays replaced."""
    fields = ("values", "positions", "labels")
    return Samples(**{name: arrays.get(name, getattr(SAMPLES, name)) for name in fields})


def repeated():
    positions = SAMPLES.positions.copy()
    positions[3, 1] = positions[3, 0]
    return positions


@pytest.mark.parametrize(
    ("samples", "name"),
    [
        (SAMPLES.values, "samples"),
        (None, "samples"),
        (changed(values=SAMPLES.values.tolist()), "values"),
        (changed(values=SAMPLES.values + 0.5), "values"),
        (changed(positions=SAMPLES.positions * np.nan), "positions"),
        (changed(labels=SAMPLES.labels > 0), "labels"),
        (changed(positions=repeated()), "positions .* sample 3 "),
        (changed(positions=SAMPLES.positions[:, ::-1].copy()), "positions .* sample 0 "),
    ],
    ids=["array", "None", "list", "fractions", "nan", "bool", "repeated", "out of order"],
)
def test_what_no_task_draws_is_refused(samples, name):
    for call in (A.one_hot, lambda y: OneHotDataset(A, y), lambda y: A.displace(y, 1, 0)):
        with pytest.raises(ValueError, match=f"^{name}"):
            call(samples)


def test_rules_are_looked_up_alike_in_a_table_and_in_a_list():
    rules = SRHM(6, 3, 2, 0, m=5).rules[0]
    every = np.array(list(np.ndindex(6, 6, 6)))
    table, listed = RuleLookup(rules, 6), RuleLookup(rules, 6, max_table=0)
    assert listed.table is None
    expected = np.full(6**3, -1)
    for number, row in enumerate(rules.reshape(-1, 3)):
        expected[(every == row).all(axis=1)] = number
    assert (table(every) == expected).all()
    assert (listed(every) == expected).all()
    one = RuleLookup(np.array([[[0, 1, 2]]]), 6, max_table=0)  # most tuples come after it
    assert (one(every) == np.where((every == [0, 1, 2]).all(axis=1), 0, -1)).all()


@pytest.mark.filterwarnings("error")
def test_the_data_set_serves_a_loader():
    samples = B.sample(10, 0)
    dataset = OneHotDataset(B, samples)
    x = B.one_hot(samples)
    assert len(dataset) == 10
    for index in (3, -1):
        item, label = dataset[index]
        assert (item == x[index]).all()
        assert (type(label), label) == (int, samples.labels[index])
    with pytest.raises(IndexError):
        dataset[10]
    loader = torch.utils.data.DataLoader(dataset, batch_size=4)
    batches = list(loader)
    assert [len(labels) for _, labels in batches] == [4, 4, 2]
    assert (torch.cat([inputs for inputs, _ in batches]) == x).all()
    assert torch.cat([labels for _, labels in batches]).tolist() == samples.labels.tolist()
