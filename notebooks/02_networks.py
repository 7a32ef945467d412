# ---
# jupyter:
#   srhm:
#     reads: []
# ---

# %% [markdown]
# # The networks
#
# **The question.** Which networks are trained, how big are they, and do they learn features at
# every width?
#
# **The answer.** Two networks that fit the tree of the data: one with weights of its own at each
# position ({glue:text}`total_LCN` million at the next chapter's task) and one that shares them
# ({glue:text}`total_CNN` million). {glue:text}`verdict`: over widths from {glue:text}`widths` the
# change of no layer's activations varies by more than a factor of {glue:text}`spread`.
#
# The pair, and with it a network that knows nothing of the tree, are the paper's
# {cite:p}`tomasini2024`; {numref}`fig-networks` redraws its Figure 3. Both have $L$ hidden layers
# whose filters are as wide as a patch, $s(s_0+1)$, and move by as much: the *locally connected*
# network (LCN) without, the *convolutional* one (CNN) with shared weights. The third is *fully
# connected* (FCN). None has biases here.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book", "fresh" or "smoke"
device = "auto"
workers = 0  # processes for training; 0 is one per core

v = 6  # features per level
s = 2  # branching
L = 2  # levels
s0 = 1  # empty elements per informative one
width = 512  # channels, or units, of each hidden layer
widths = {"book": [128, 256, 512, 1024, 2048], "smoke": [32, 64]}  # of the coordinate check
num_steps = 10  # of the same
seed = 0

# %% tags=["remove-cell"]
import pandas as pd
import torch
from myst_nb import glue

from srhm.data.task import SRHM
from srhm.networks.patch import NETWORKS, PatchNetwork, build_network
from srhm.training.config import RunConfig
from srhm_book import style as plots
from srhm_book.pictures import model as pictures
from srhm_book.pictures.coordinate_check import draw_feature_changes
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of

widths = by_profile(profile, widths)
plots.use_style()
torch.set_num_threads(1)  # the order of summation, and so the last digits, depends on it
task = SRHM(v=v, s=s, L=L, s0=s0, seed=seed)
for name, value in {"v": v, "s": s, "L": L, "s0": s0, "d": task.d, "width": width}.items():
    glue(name, value, display=False)
glue("num_steps", num_steps, display=False)

# %% mystnb={"figure": {"caption": "Figure 3 of the paper, redrawn: the locally connected and the convolutional network over one datum, for L = 2, s = 2, s0 = 1. Each stack of boxes is one position of a hidden layer with all its channels. Colour and label tell the sets of weights apart. Hollow stacks look at an empty patch: their activation is zero.", "name": "fig-networks"}, "image": {"alt": "Two trees of units over sixteen input positions. In the upper one, the LCN, the four units of the first layer have weights of different colours, W 1,1 to W 1,4; in the lower one, the CNN, all four have the same colour and the label W 1. Two of the four are filled and two hollow in each."}}
small = SRHM(v=3, s=2, L=2, s0=1, n_c=2, m=3, seed=0)
pictures.draw_networks(small, small.sample(1, seed=0));

# %% [markdown]
# ## How they compute
#
# {numref}`fig-networks` is drawn over a datum of the small task of {doc}`01_data`. Without biases
# a unit that looks at an empty patch is *exactly* zero. That is why a weight of the LCN's first
# layer learns nothing from most of the data, and it is also what makes training cheap: only the
# active units have to be computed ({doc}`05_engine`). The networks are these two functions, whole:

# %% tags=["remove-input"]
source_of(PatchNetwork.scale, PatchNetwork.activations)

# %% [markdown]
# ## How many parameters
#
# For the task of the next chapter ($v = $ {glue:text}`v`, $s_0 = $ {glue:text}`s0`,
# $L = $ {glue:text}`L`, $d = $ {glue:text}`d`) and {glue:text}`width` channels a layer, in thousands:

# %%
counts = {}
for arch in NETWORKS:
    net = build_network(arch, task, width)
    row = {f"layer {k}": w.numel() for k, w in enumerate(net.weights, start=1)}
    counts[arch.upper()] = row | {"read-out": net.readout.numel()}
table = pd.DataFrame(counts).T.assign(total=lambda row: row.sum(axis=1))
(table / 1000).map("{:,.0f}".format)

# %% [markdown]
# The LCN's {glue:text}`total_LCN` million parameters exceed the CNN's {glue:text}`total_CNN`
# million because each position of its first layer has a filter to itself. With growing $s_0$ and
# $L$ the number of positions, and this difference, grow fast.
#
# ## The coordinate check
#
# The scaling of weights and learning rate decides whether a wide network learns features or stays
# near its initial state. Here weights are $\mathcal{N}(0,1)$, pre-activations are divided by the
# square root of the fan-in (channels times patch), the read-out by the width, and the learning rate
# is proportional to the width. The authors' code divides by the square root of the channels alone
# ({ref}`authors-code`); `srhm train --scaling channels` does so too. If the scaling is right, the
# *change* of every layer's activations in the first steps does not depend on the width, neither
# fading away nor exploding. {numref}`fig-check` measures it: the root mean square, over units and
# data, of $f_k$ after training minus $f_k$ before.


# %%
def feature_change(arch, width):
    """Root mean square change of each layer's activations in a few steps."""
    config = RunConfig(v=v, s=s, L=L, s0=s0, P=128, width=width)
    data = task.sample(config.P, seed=seed)
    x, labels = task.one_hot(data), torch.as_tensor(data.labels.astype("int64"))
    net = build_network(arch, task, width, seed)
    lr, momentum = config.lr * width, config.momentum
    sgd = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    with torch.no_grad():
        before = net.activations(x)
    for _ in range(num_steps):
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(net(x), labels).backward()
        sgd.step()
    with torch.no_grad():
        after = net.activations(x)
    layers = zip(before, after, strict=True)
    return [(b - a).square().mean().sqrt().item() for a, b in layers]


# %% mystnb={"figure": {"caption": "The coordinate check: how much the activations of each layer change in the first full-batch steps of training, for growing width. Flat lines mean that features are learnt alike at every width.", "name": "fig-check"}, "image": {"alt": "Three panels, one for each network, of the root mean square change of activations against the width, on logarithmic axes. The lines of the hidden layers and of the output are nearly flat."}}
changes = {}
for arch in NETWORKS:
    rows = [feature_change(arch, width) for width in widths]
    changes[arch] = pd.DataFrame(rows, index=widths)
draw_feature_changes(changes);

# %% tags=["remove-cell"]
spread = max((change.max() / change.min()).max() for change in changes.values())
alike = spread < 1.5
for arch, total in table["total"].items():
    glue(f"total_{arch}", f"{total / 1e6:.2f}", display=False)
glue("spread", f"{spread:.2f}", display=False)
glue("widths", f"{widths[0]} to {widths[-1]}", display=False)
verdict = "They learn features alike at every width" if alike else "The width matters"
glue("verdict", verdict, display=False)
assert profile == "smoke" or alike, f"the changes depend on the width: {changes}"

# %% [markdown]
# In all three networks features move. {glue:text}`verdict`, as far as the first
# {glue:text}`num_steps` steps tell.
#
# **Limits.** The check looks at those steps only, at one learning rate, one batch and one scaling;
# what the width does to $P^*$ is measured in {doc}`04_training_setting`. The common architectures
# of the paper (VGG, ResNet, EfficientNet) have their own parametrisation, see
# {doc}`13_error_and_insensitivity`.
