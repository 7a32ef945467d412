"""Shared by all tests."""

import torch

# The tests' tensors are tiny: a second thread costs more than it brings, above all on a busy
# machine, and results then do not depend on the number of cores.
torch.set_num_threads(1)
