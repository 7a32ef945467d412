"""Matrix product in full float32, by the faster library of the two that torch ships.

On x86 CPUs with AVX-512 that are not Intel's, torch.mm (MKL) falls back to narrower instructions,
while oneDNN, which torch carries too, uses the full width: twice the speed at the same accuracy.
"""

import torch
import torch.nn.functional as F


def _onednn_available() -> bool:
    return (
        torch.backends.cpu.get_cpu_capability() == "AVX512"
        and torch.backends.mkldnn.is_available()
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


ONEDNN = _onednn_available()
# With fewer rows a product is a reading of the matrix, in which oneDNN is the slower one.
FEW_ROWS = 4
# oneDNN compiles a kernel for every shape and keeps it, half a megabyte each. How many rows meet a
# block of weights changes from batch to batch, so sizes are rounded up, by zeros, to multiples.
MULTIPLE = 8


def matmul(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """a @ b for matrices (i, j) and (j, k), either of them possibly a transposed view.

    After ``torch.set_float32_matmul_precision("medium")`` the factors and the result are rounded to
    bfloat16 on CPUs too, where torch itself would not do it.
    """
    on_cpu = a.device.type == "cpu" and a.dtype == torch.float32
    if on_cpu and torch.get_float32_matmul_precision() == "medium":
        return (a.bfloat16() @ b.bfloat16()).float()
    if not (ONEDNN and on_cpu and len(a) >= FEW_ROWS):
        return a @ b
    rows, inner = a.shape
    more_rows, more_inner = -rows % MULTIPLE, -inner % MULTIPLE
    if more_rows or more_inner:
        a = F.pad(a, (0, more_inner, 0, more_rows))
    if more_inner:
        b = F.pad(b, (0, 0, 0, more_inner))
    return torch.ops.mkldnn._linear_pointwise(a, b.t(), None, "none", [], "")[:rows]
