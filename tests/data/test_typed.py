"""A first argument of another type is refused in one sentence, whatever the function."""

import numpy as np
import pytest

from messages import says
from srhm import (
    CNN,
    FCN,
    LCN,
    SRHM,
    OneHotDataset,
    RunConfig,
    Store,
    learning_curve,
    live_check,
    rows_of,
    run_at,
    sample_complexity,
    train,
)
from srhm.data.encoding import decode, one_hot
from srhm.data.transforms import displace, exchange_synonyms
from srhm.runs.trace import trace

SAMPLES = SRHM(v=4, s=2, L=2, s0=1).sample(8, seed=0)
CASES = {
    "one_hot": ("task", "SRHM", lambda x: one_hot(x, SAMPLES)),
    "decode": ("task", "SRHM", lambda x: decode(x, np.zeros((1, 4, 16)))),
    "OneHotDataset": ("task", "SRHM", lambda x: OneHotDataset(x, SAMPLES)),
    "exchange_synonyms": ("task", "SRHM", lambda x: exchange_synonyms(x, SAMPLES, 1, 0)),
    "displace": ("task", "SRHM", lambda x: displace(x, SAMPLES, 1, 0)),
    "LCN": ("task", "SRHM", LCN),
    "CNN": ("task", "SRHM", CNN),
    "FCN": ("task", "SRHM", lambda x: FCN(task=x)),
    "train": ("config", "RunConfig", train),
    "trace": ("config", "RunConfig", trace),
    "run_at": ("setting", "RunConfig", lambda x: run_at(x, 64, 0)),
    "rows_of": ("frame", "DataFrame", lambda x: rows_of(x, RunConfig(v=4, P=200))),
    "learning_curve": ("frame", "DataFrame", learning_curve),
    "sample_complexity": ("frame", "DataFrame", sample_complexity),
    "live_check": ("config", "Configuration", lambda x: live_check(x, "nowhere")),
    "Store.get": ("config", "Configuration", Store("nowhere").get),
    "Store.put": ("run", "dict", Store("nowhere").put),
}


@pytest.mark.parametrize(("name", "kind", "call"), CASES.values(), ids=CASES)
def test_a_wrong_type_is_refused_by_name(name, kind, call):
    for value in (5, None):
        with pytest.raises(ValueError, match=says(name, kind, value)):
            call(value)
