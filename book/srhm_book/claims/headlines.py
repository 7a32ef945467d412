"""What the paper says in plain words, and in words whether it held: for the landing page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from srhm_book.claims.claim import OWN, Claim, Number, Share, here
from srhm_book.complexity.authors_table import NEAR
from srhm_book.images.claims import SHORT
from srhm_book.images.grids import SIZE, SIZES
from srhm_book.wording import join


@dataclass(frozen=True)
class Headline:
    """One sentence of the paper; the claims, by how their ids begin, on which its outcome rests.

    name: it in two or three words. found: what was found, where {id[0]} stands for what the
    first part of a claim gives, and {id_remark} for its remark. table: rows of text below it, made
    of all claims, the first one the head.
    """

    name: str
    sentence: str
    ids: tuple[str, ...]
    found: str
    chapters: tuple[str, ...]
    table: Callable[[list[Claim]], list[tuple[str, ...]]] | None = None

    def claims(self, items: list[Claim]) -> list[Claim]:
        """Those among all on which it rests."""
        return [item for item in items if item.id.startswith(self.ids)]

    def told(self, items: list[Claim]) -> str:
        """The numbers behind the outcome."""
        known = {item.id: [_value(p) for p in item.parts] for item in items}
        return self.found.format(**known, **{f"{i.id}_remark": i.remark or "" for i in items})


def sizes_table(items: list[Claim]) -> list[tuple[str, ...]]:
    """How near P* is to the paper's, by network and depth: here, and trained as the authors."""
    known = {item.id: item for item in items}
    rows = [("points", "shown", "this book's training", "as the authors, cheaper form")]
    for arch, L in product(("lcn", "cnn"), (2, 3)):
        id = f"P_star_{arch}_L{L}"
        cells = [_near_and_mean(known[own]) for own in (id, f"{id}_authors")]
        rows.append((f"{arch.upper()}, L = {L}", str(known[id].parts[1].possible), *cells))
    return rows


def _near_and_mean(item: Claim) -> str:
    """ "12 of 13 (× 1.16)": how many are near, and the geometric mean of the ratios."""
    mean, near = item.parts[:2]
    if not near.number:
        return "not measured"
    return f"{near.hits} of {near.number}" + (
        "" if mean.value is None else f" (× {mean.value:.2f})"
    )


HEADLINES = (
    Headline(
        "the law of LCNs",
        "The examples P* that a locally connected network (LCN) needs grow as "
        "s^(L/2) (s₀+1)^L n_c m^L: polynomially, although inputs have many dimensions.",
        ("eq3",),
        "Exponents in this book's training (fan-in scaling), at two and three levels, from tasks "
        "that differ in nothing else: of s₀+1 {eq3_s0_L2[0]} and {eq3_s0_L3[0]} (law: 2, 3), m "
        "{eq3_m_L2[0]} and {eq3_m_L3[0]} (2, 3), n_c {eq3_n_c_L2[0]} and {eq3_n_c_L3[0]} (1). Of "
        "s^(L/2) (1): {eq3_depth[1]} where s alone varies, {eq3_depth[2]} where L does, the rest "
        "taken from the law. The last depends on the training: {eq3_depth_remark}.",
        ("06_lcn_sample_complexity", "17_authors_training"),
    ),
    Headline(
        "the law of CNNs",
        "With shared weights (CNN) they grow as (s₀+1)² n_c m^L: only as the square of the "
        "sparsity, whatever the depth.",
        ("eq4",),
        "Exponents in this book's training (fan-in scaling), at two and three levels, from tasks "
        "that differ in nothing else: of s₀+1 {eq4_s0_L2[0]} and {eq4_s0_L3[0]} (law: 2), m "
        "{eq4_m_L2[0]} and {eq4_m_L3[0]} (2, 3), n_c {eq4_n_c_L2[0]} and {eq4_n_c_L3[0]} (1).",
        ("07_cnn_sample_complexity",),
    ),
    Headline(
        "the values of P*",
        "P* itself has the values of Figures 4B and 4C.",
        ("P_star",),
        "At three levels P* is {P_star_lcn_L3[0]} (LCN) and {P_star_cnn_L3[0]} (CNN) times the "
        "paper's in this book's training, {P_star_lcn_L3_authors[0]} and "
        "{P_star_cnn_L3_authors[0]} times trained as the authors' code trains, in a cheaper form. "
        f"Of the points known, within a factor {NEAR:g}, all read off by the paper's rule (in "
        "brackets the geometric mean of the ratios):",
        ("06_lcn_sample_complexity", "07_cnn_sample_complexity", "17_authors_training"),
        sizes_table,
    ),
    Headline(
        "sparser is easier",
        "Of inputs of one size, the sparser need fewer examples.",
        ("eq5",),
        "Where the seeds decide, so they do in {eq5[0]} pairs; the effect has {eq5_slope[0]} of "
        "the predicted exponent.",
        ("08_sparser_is_easier",),
    ),
    Headline(
        "sparsity B",
        "The powers of s₀+1 stay where features may sit anywhere in their patch (sparsity B).",
        ("fig7", "fig8"),
        "Exponent over the law's: LCN {fig7[0]}, CNN {fig8[0]}.",
        ("09_sparsity_B",),
    ),
    Headline(
        "learnt when insensitive",
        "A network learns the task with as many examples as make it insensitive to exchanged "
        "synonyms and to displacements: P*_S ≈ P*_D ≈ P*.",
        ("eq8",),
        "P*_S; P*_D within a factor of two of P*, at the paper's thresholds, on which the ratio "
        "depends: {eq8_lcn_S[1]}; {eq8_lcn_D[1]} settings (LCN), {eq8_cnn_S[1]}; {eq8_cnn_D[1]} "
        "(CNN), {eq8_fcn_S[1]}; {eq8_fcn_D[1]} (FCN). CNN: {eq8_cnn_D_remark}.",
        ("11_three_thresholds", "12_fcn"),
    ),
    Headline(
        "insensitive layer by layer",
        "Layer by layer, it becomes insensitive to one level of the hierarchy after the other.",
        ("levels",),
        "Within 0.1 of the paper's are {levels_lcn[0]} sensitivities (LCN) and {levels_cnn[0]} "
        "(CNN) after learning.",
        ("10_layer_by_layer",),
    ),
    Headline(
        "better architectures less sensitive",
        "Among common architectures too, the better are the less sensitive.",
        ("fig1_D", "fig1_S", "growing"),
        "So it is in {fig1_D[0]} pairs for displacements and {fig1_S[0]} for synonyms; as P grows, "
        "in {growing_D[0]} and {growing_S[0]}.",
        ("13_error_and_insensitivity",),
    ),
    Headline(
        "photographs",
        "On photographs, the better architectures are those that mind deformations less than "
        "noise, about as ε = 0.2 √R_f; as P grows, ε and R_f fall together.",
        ("fig1_images",),
        f"Here: P = {SIZE:,} images, those of CIFAR-10 encoded as JPEG; {SHORT}. "
        "The better has the smaller R_f in {fig1_images_cifar10_jpeg[0]} pairs on CIFAR-10 and "
        "{fig1_images_fashion_mnist[0]} on Fashion-MNIST; the exponent is {fig1_images_law[0]}. "
        f"From P = {SIZES[0]:,} to {SIZES[-1]:,} both fall in "
        "{fig1_images_growing_cifar10_jpeg[1]} and {fig1_images_growing_fashion_mnist[1]} "
        "architectures, and change the same way in {fig1_images_growing_cifar10_jpeg[0]} and "
        "{fig1_images_growing_fashion_mnist[0]} single steps.",
        ("16_images",),
    ),
    Headline(
        "the architectures' errors",
        "These architectures have the test errors of Figure 1C.",
        ("fig1_error",),
        "In the same order are {fig1_error[0]} pairs.",
        ("13_error_and_insensitivity",),
    ),
)


# Two of this book's predictions (their ids) of which at most one can hold.
RIVALS = (
    ("why_levels_cnn", "why_free_cnn"),
    ("why_one_grouping", "why_each_pattern"),
    ("why_square_is_s", "why_square_is_2"),
)

AS_FAR = ", as far as measured"
ELSEWHERE = "Not tested at the paper's setting"
OUTCOMES = (
    "Held", f"Held{AS_FAR}", "Held closely", f"Held closely{AS_FAR}", "Held in part", "Undecided",
    ELSEWHERE, "Did not hold",
)  # fmt: skip


def outcome(items: list[Claim]) -> str:
    """Whether what these claims say together held, in a word or a few."""
    if items and all(item.elsewhere for item in items):
        return ELSEWHERE
    found = {item.verdict for item in items}
    good, bad = found & {"agrees", "close"}, "differs" in found
    if not good:
        return "Did not hold" if bad else "Undecided"
    if bad:
        return "Held in part"
    word = "Held" if good == {"agrees"} else "Held closely"
    return word + AS_FAR if "open" in found else word


def at_a_glance(items: list[Claim]) -> dict[str, list[str]]:
    """The headlines' names by outcome, the best outcome first."""
    found = {}
    for headline in HEADLINES:
        found.setdefault(outcome(headline.claims(items)), []).append(headline.name)
    return {word: found[word] for word in OUTCOMES if word in found}


def summary(items: list[Claim]) -> str:
    """How many claims there are, by verdict, and how many parts: the papers', and this book's."""
    theirs, ours = ([i for i in items if (i.group == OWN) == own] for own in (False, True))
    told = [f"Of {len(theirs)} claims of the papers {_counted(theirs)}{_parts(theirs)}."]
    if ours:
        told.append(
            f"Of {len(ours)} predictions of this book, which no paper makes, {_counted(ours)}"
            f"{_parts(ours)}{_rivals(ours)}."
        )
    return " ".join(told)


def _parts(items: list[Claim]) -> str:
    """ "; of their 9 parts, one by one, 3 agree": a claim has the verdict of its worst."""
    parts = [part for item in items for part in item.parts]
    return f"; of their {len(parts)} parts, one by one, {_counted(parts)}"


def _rivals(ours: list[Claim]) -> str:
    there = {item.id for item in ours}
    pairs = sum(there.issuperset(pair) for pair in RIVALS)
    if not pairs:
        return ""
    number = f"{pairs} pair{'s' if pairs > 1 else ''}"
    return f". Among them: {number} of rivals, of each of which at most one can hold"


def _counted(items: list[Claim] | list[Number | Share]) -> str:
    """ "3 agree, 5 differ (of 2 the size is open) and 1 is open"."""
    words = {
        "agrees": ("agrees", "agree"),
        "close": ("is close", "are close"),
        "differs": ("differs", "differ"),
        "open": ("is open", "are open"),
    }
    parts = []
    for verdict, (one, many) in words.items():
        number = sum(item.verdict == verdict for item in items)
        unsized = sum(item.size_open for item in items if item.verdict == verdict)
        text = f"{number} {one if number == 1 else many}"
        parts += [f"{text} (of {unsized} the size is open)" if unsized else text] if number else []
    return join(parts)


def _value(part) -> str:
    if part.value is None or (isinstance(part, Share) and not part.number):
        return "not measured"
    return here(part) if isinstance(part, Share) else f"{part.value:.2f}"
