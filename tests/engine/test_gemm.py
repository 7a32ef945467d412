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
