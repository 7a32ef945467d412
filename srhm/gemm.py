"""Matrix product in full float32, by the faster library of the two that torch ships.

On x86 CPUs with AVX-512 that are not Intel's, torch.mm (MKL) falls back to narrower instructions,
while oneDNN, which torch carries too, uses the full width: twice the speed at the same accuracy.
"""

import torch


def _onednn_available() -> bool:
    return (
        torch.backends.cpu.get_cpu_capability() == "AVX512"
        and torch.backends.mkldnn.is_available()
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


ONEDNN = _onednn_available()
# With fewer rows a product is a reading of the matrix, in which oneDNN is the slower one.
FEW_ROWS = 4


def matmul(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """a @ b for matrices (i, j) and (j, k), either of them possibly a transposed view."""
    if ONEDNN and a.device.type == "cpu" and a.dtype == torch.float32 and len(a) >= FEW_ROWS:
        return torch.ops.mkldnn._linear_pointwise(a, b.t(), None, "none", [], "")
    return a @ b
