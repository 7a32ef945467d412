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
# **The paper's choice** {cite:p}`tomasini2024` is a pair of architectures that fit the tree of the
# data (its Figure 3), both with $L$ hidden layers whose filters are as wide as a patch,
# $s(s_0+1)$, and move by as much. The *locally connected* network (LCN) has its own weights at
# each position; the *convolutional* one (CNN) shares them. A *fully connected* network (FCN), which
# knows nothing of the tree, comes with them. None has biases.

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

# %% tags=["hide-input"]
import pandas as pd
import torch
from myst_nb import glue

from srhm.data.task import SRHM
from srhm.networks.patch import NETWORKS, build_network
from srhm.training.config import RunConfig
from srhm_book import style as plots
from srhm_book.pictures import model as pictures
from srhm_book.publish.profiles import by_profile

widths = by_profile(profile, widths)
plots.use_style()
torch.set_num_threads(1)  # the order of summation, and so the last digits, depends on it
task = SRHM(v=v, s=s, L=L, s0=s0, seed=seed)
for name, value in {"v": v, "s": s, "L": L, "s0": s0, "d": task.d, "width": width}.items():
    glue(name, value, display=False)
glue("num_steps", num_steps, display=False)

# %% [markdown]
# ## Two architectures over one tree
#
# {numref}`fig-networks` draws both over a datum of the small task of {doc}`01_data`. Without biases
# a unit that looks at an empty patch is *exactly* zero. That is why a weight of the LCN's first
# layer learns nothing from most of the data, and it is also what makes training cheap: only the
# active units have to be computed.

# %% mystnb={"figure": {"caption": "The locally connected and the convolutional network over one datum, for L = 2, s = 2, s0 = 1. Each stack of boxes is one position of a hidden layer with all its channels. Colour and label tell the sets of weights apart. Hollow stacks look at an empty patch: their activation is zero.", "name": "fig-networks"}, "image": {"alt": "Two trees of units over sixteen input positions. In the upper one, the LCN, the four units of the first layer have weights of different colours, W 1,1 to W 1,4; in the lower one, the CNN, all four have the same colour and the label W 1. Two of the four are filled and two hollow in each."}} tags=["hide-input"]
small = SRHM(v=3, s=2, L=2, s0=1, n_c=2, m=3, seed=0)
pictures.draw_networks(small, small.sample(1, seed=0));

# %% [markdown]
# ## How many parameters
#
# For the task of the next chapter ($v = $ {glue:text}`v`, $s_0 = $ {glue:text}`s0`,
# $L = $ {glue:text}`L`, $d = $ {glue:text}`d`) and {glue:text}`width` channels a layer:

# %% tags=["hide-input"]
counts = {}
for arch in NETWORKS:
    net = build_network(arch, task, width)
    layers = [weight.numel() for weight in net.weights]
    row = {f"layer {k + 1}": count for k, count in enumerate(layers)}
    counts[arch.upper()] = row | {"read-out": net.readout.numel()}
table = pd.DataFrame(counts).T
table["total"] = table.sum(axis=1)
for arch, total in table["total"].items():
    glue(f"total_{arch}", f"{total / 1e6:.2f}", display=False)
table.map("{:,}".format)

# %% [markdown]
# The LCN's {glue:text}`total_LCN` million parameters exceed the CNN's {glue:text}`total_CNN`
# million because each position of its first layer has a filter to itself. With growing $s_0$ and
# $L$ the number of positions, and this difference, grow fast.
#
# ## The coordinate check
#
# The scaling of weights and learning rate decides whether a wide network learns features or stays
# near its initial state. Ours is that of the paper: weights $\mathcal{N}(0,1)$, pre-activations
# divided by the square root of the fan-in, the read-out divided by the width, and a learning rate
# proportional to the width. If it is right, the *change* of every layer's activations in the
# first steps does not depend on the width, neither fading away nor exploding. {numref}`fig-check`
# measures it: the root mean square, over units and data, of $f_k$ after training minus $f_k$
# before.


# %% tags=["hide-input"]
def feature_change(arch, width):
    """Root mean square change of each layer's activations in `num_steps` full-batch steps."""
    config = RunConfig(v=v, s=s, L=L, s0=s0, P=128, width=width)
    data = task.sample(config.P, seed=seed)
    x, labels = task.one_hot(data), torch.as_tensor(data.labels.astype("int64"))
    net = build_network(arch, task, width, seed)
    sgd = torch.optim.SGD(net.parameters(), lr=config.lr * width, momentum=config.momentum)
    with torch.no_grad():
        before = net.activations(x)
    for _ in range(num_steps):
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(net(x), labels).backward()
        sgd.step()
    with torch.no_grad():
        after = net.activations(x)
    return [(b - a).square().mean().sqrt().item() for a, b in zip(before, after, strict=True)]


changes = {
    arch: pd.DataFrame([feature_change(arch, width) for width in widths], index=widths)
    for arch in NETWORKS
}

# %% mystnb={"figure": {"caption": "The coordinate check: how much the activations of each layer change in the first full-batch steps of training, for growing width. Flat lines mean that features are learnt alike at every width.", "name": "fig-check"}, "image": {"alt": "Three panels, one for each network, of the root mean square change of activations against the width, on logarithmic axes. The lines of the hidden layers and of the output are nearly flat."}} tags=["hide-input"]
figure, axes = plots.new_axes(rows=len(changes), height=5.6, sharex=True, sharey=True)
for ax, (arch, change) in zip(axes, changes.items(), strict=True):
    for k, marker in zip(change, "os^Dv", strict=False):
        label = f"layer {k + 1}" if k < L else "output"
        ax.plot(widths, change[k], marker=marker, label=label, color=plots.CYCLE[k])
    ax.set_title(arch.upper(), fontsize=11, loc="left")
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xticks(widths, widths)
axes[0].legend(ncols=L + 1, loc="lower left", bbox_to_anchor=(0.15, 0.98))
axes[1].set_ylabel("RMS change of activations")
axes[-1].set_xlabel("width");

# %% tags=["hide-input"]
spread = max((change.max() / change.min()).max() for change in changes.values())
glue("spread", f"{spread:.2f}", display=False)
glue("widths", f"{widths[0]} to {widths[-1]}", display=False)
assert profile == "smoke" or spread < 1.5, f"the changes depend on the width: {changes}"

# %% [markdown]
# **Verdict.** Over widths from {glue:text}`widths` the change of no layer varies by more than a
# factor of {glue:text}`spread`, in any of the three networks. Their features move, and they move as
# much in a wide network as in a narrow one, so results at one width say something about all.
#
# **Limits.** The check looks at the first {glue:text}`num_steps` steps, at one learning rate and
# one batch. The common architectures of the paper
# (VGG, ResNet, EfficientNet) have their own parametrisation, see {doc}`13_error_and_insensitivity`.
