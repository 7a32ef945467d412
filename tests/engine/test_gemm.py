"""The product of matrices is a product of matrices, at every size and layout."""

import pytest
import torch

from srhm.engine import gemm


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 7, 8, 9, 31])
@pytest.mark.parametrize("inner", [1, 8, 13])
@pytest.mark.parametrize("layout", ["plain", "a transposed", "b transposed"])
def test_against_double_precision(rows, inner, layout):
    draw = torch.Generator().manual_seed(rows)
    a, b = torch.randn(rows, inner, generator=draw), torch.randn(inner, 24, generator=draw)
    if layout == "a transposed":
        a = a.t().contiguous().t()
    if layout == "b transposed":
        b = b.t().contiguous().t()
    expected = (a.double() @ b.double()).float()
    torch.testing.assert_close(gemm.matmul(a, b), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("capability", "built", "expected"),
    [("AVX512", True, True), ("AVX512", False, False), ("AVX2", True, False)],
)
def test_onednn_is_for_wide_instructions(monkeypatch, capability, built, expected):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: built)
    assert gemm._onednn_available() is expected


@pytest.mark.parametrize("rows", [3, 4, 8, 13])
@pytest.mark.parametrize("inner", [8, 13])
def test_onednn_gives_the_same_on_every_processor(monkeypatch, rows, inner):
    """Here forced: where torch.mm is the quicker one, the padding would never be tried."""
    calls = []
    real = torch.ops.mkldnn._linear_pointwise

    def spy(a, b, *others):
        calls.append((a.shape, b.shape))
        return real(a, b, *others)

    monkeypatch.setattr(gemm, "ONEDNN", True)
    monkeypatch.setattr(torch.ops.mkldnn, "_linear_pointwise", spy)
    draw = torch.Generator().manual_seed(rows)
    a, b = torch.randn(rows, inner, generator=draw), torch.randn(inner, 24, generator=draw)
    expected = (a.double() @ b.double()).float()
    torch.testing.assert_close(gemm.matmul(a, b), expected, rtol=1e-5, atol=1e-5)
    up = {3: 8, 4: 8, 8: 8, 13: 16}
    assert calls == ([] if rows < 4 else [((up[rows], up[inner]), (24, up[inner]))])
    torch.testing.assert_close(gemm.matmul(a.double(), b.double()).float(), expected)
    assert len(calls) == (rows >= 4)  # float32 alone


@pytest.mark.skipif(not gemm.ONEDNN, reason="torch.mm is used on this processor")
def test_few_shapes_reach_onednn(monkeypatch):
    """It compiles, and keeps, a kernel for each shape."""
    shapes = set()
    real = torch.ops.mkldnn._linear_pointwise

    def spy(a, b, *others):
        shapes.add((*a.shape, *b.shape))
        return real(a, b, *others)

    monkeypatch.setattr(torch.ops.mkldnn, "_linear_pointwise", spy)
    for rows in range(4, 65):
        gemm.matmul(torch.ones(rows, 24), torch.ones(24, 24))
        gemm.matmul(torch.ones(rows, 16).t(), torch.ones(rows, 16))
    assert len(shapes) == 2 * 8


def test_less_precision_where_it_is_asked_for():
    draw = torch.Generator().manual_seed(0)
    a, b = (torch.randn(64, 64, generator=draw) for _ in range(2))
    exact = gemm.matmul(a, b)
    torch.set_float32_matmul_precision("medium")
    try:
        error = ((gemm.matmul(a, b) - exact).norm() / exact.norm()).item()
    finally:
        torch.set_float32_matmul_precision("highest")
    assert 2**-12 < error < 2**-7  # bfloat16 has 8 significant bits
    assert torch.equal(gemm.matmul(a, b), exact)
