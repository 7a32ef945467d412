"""Real images: Fashion-MNIST with two classes, its learning curve and its spectrum.

    srhm download fashion_mnist
    python -m srhm_book.spectral.measure fashion data

Pixels are divided by 255, an image is a vector of 784; the target is +1 for the classes of even
number and -1 for the odd ones. `SIGMA_IMAGES` is about ten times the distance of two images.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.linalg import eigh

from srhm.networks.vision_import import torchvision_models
from srhm.runs.paths import project
from srhm_book.spectral import stored
from srhm_book.spectral.exponents import Finding, mean, negative, slope
from srhm_book.spectral.krr import laplace, predict
from srhm_book.spectral.theory import spectral_bias_from_points

SIGMA_IMAGES = 100.0
NUM_SPECTRUM = 8192  # images that stand for the density
MOST_P = NUM_SPECTRUM // 8  # beyond, the prediction shows how few they are
SAMPLES = {64: 20, 128: 20, 256: 20, 512: 20, 1024: 10, 2048: 10, 4096: 5}
NAME = "Fashion-MNIST"
ENCODING = "pixels / 255, 784 of them; target +1 for even classes, -1 for odd ones"


@dataclass(frozen=True)
class Images:
    """Vectors (n, 784) and targets ±1 (n,), for training and test; the hash of all their bytes."""

    x: np.ndarray
    y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    sha256: str


def load_fashion(folder: str | Path | None = None) -> Images | None:
    """Fashion-MNIST from a folder of torchvision's (by default data/); None where it is not."""
    torchvision_models()  # makes torchvision importable, or says in a sentence that it is missing
    from torchvision.datasets import FashionMNIST

    root = project("data") if folder is None else Path(folder)
    try:
        parts = [FashionMNIST(root, train=train) for train in (True, False)]
    except RuntimeError:  # not there
        return None
    digest = hashlib.sha256()
    arrays = []
    for part in parts:
        images, labels = part.data.numpy(), part.targets.numpy()
        digest.update(images.tobytes())
        digest.update(labels.astype(np.uint8).tobytes())
        arrays += [images.reshape(len(images), -1) / 255, 1.0 - 2 * (labels % 2)]
    return Images(*arrays, digest.hexdigest())


def split(num_images: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the training images that give the spectrum, and of those to draw samples from."""
    order = np.random.default_rng(0).permutation(num_images)
    return order[:NUM_SPECTRUM], order[NUM_SPECTRUM:]


def image_error(images: Images, P: int, seed: int, ridge: float = 1e-10) -> float:
    """Mean-square error on all test images after P training images, practically without ridge."""
    _, pool = split(len(images.x))
    chosen = np.random.default_rng([seed, P]).choice(pool, P, replace=False)
    f = predict(images.x[chosen], images.y[chosen], images.test_x, ridge, SIGMA_IMAGES)
    return float(np.mean((f - images.test_y) ** 2))


def learning_curve(images: Images, samples: dict[int, int]) -> pd.DataFrame:
    """Columns P, seed, error; samples: how many at each P."""
    rows = [(P, s, image_error(images, P, s)) for P, num in samples.items() for s in range(num)]
    return pd.DataFrame(rows, columns=["P", "seed", "error"])


def image_spectrum(images: Images, num: int = NUM_SPECTRUM) -> pd.DataFrame:
    """Eigenvalues λ_ρ and the target's power c_ρ² on the eigenfunctions, from `num` images.

    The density is taken to be those images: λ_ρ is an eigenvalue of their kernel matrix over
    their number, c_ρ² the squared projection of their targets over it.
    """
    chosen = split(len(images.x))[0][:num]
    x, y = images.x[chosen], images.y[chosen]
    values, vectors = eigh(laplace(x, x, SIGMA_IMAGES), overwrite_a=True, driver="evd")
    power = (y @ vectors) ** 2 / num
    return pd.DataFrame({"eigenvalue": values[::-1] / num, "power": power[::-1]})


def measure_fashion(folder: str | None = None) -> str:
    """Measures and stores the learning curve and the spectra; the set's name, encoding and hash."""
    images = load_fashion(folder)
    if images is None:
        raise SystemExit(f"{NAME} is not in {folder or 'data'}; torchvision can download it.")
    notes = {"images": NAME, "encoding": ENCODING, "sigma": SIGMA_IMAGES, "sha256": images.sha256}
    paths = [stored.write("fashion", learning_curve(images, SAMPLES), **notes)]
    for num in (NUM_SPECTRUM // 2, NUM_SPECTRUM):
        name = f"fashion_spectrum_{num}"
        paths.append(stored.write(name, image_spectrum(images, num), **notes))
    return "\n".join(map(str, paths))


# ---- the prediction, from what is stored -----------------------------------------------------


def predicted_curve(sizes, num: int = NUM_SPECTRUM) -> np.ndarray:
    """Errors predicted at the training sizes, from the stored spectrum of `num` images."""
    kept = stored.read(f"fashion_spectrum_{num}")
    values, power = kept.eigenvalue.to_numpy(), kept.power.to_numpy()
    return np.array([spectral_bias_from_points(values, power, P) for P in sizes])


def image_findings(curve: pd.DataFrame) -> list[Finding]:
    """Exponent and height of the learning curve against the prediction, up to `MOST_P`."""
    curve = curve[curve.P <= MOST_P]
    sizes = np.sort(curve.P.unique())
    predicted = dict(zip(sizes, predicted_curve(sizes), strict=True))
    seeds = int(curve.groupby("P").seed.nunique().min())
    ratio = curve.assign(ratio=curve.error / curve.P.map(predicted))
    bias = slope(ratio, value="ratio").value  # measured minus predicted, weighed alike
    beta = negative(slope(curve))
    last = ratio[sizes[-1] == ratio.P].ratio.to_numpy()
    return [
        Finding("β without ridge", 784, None, beta.value + bias, None, beta, seeds),
        Finding(f"ε over predicted, P = {sizes[-1]}", 784, None, 1.0, None, mean(last), len(last)),
    ]
