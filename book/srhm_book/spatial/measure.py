"""What the chapters on spatial information show, measured and stored as CSV with its provenance.

    python -m srhm_book.spatial.measure NAME ...     writes results/spatial/NAME.csv

NAME is one of `srhm_book.spatial.detection.SETTINGS`, or `shapes_layers`. Photographs need a folder
with their images, and go into `photograph_layers` and `photograph_filters`:

    python -m srhm_book.spatial.measure photographs FOLDER
    python -m srhm_book.spatial.measure longer FOLDER        (into `photograph_layers_longer`)
"""

from __future__ import annotations

import sys

from srhm_book.spatial import detection, photographs
from srhm_book.spectral import stored

OF_PHOTOGRAPHS = {"photographs": photographs.store_networks, "longer": photographs.store_longer}


def main(names: list[str]) -> None:
    """Measures and stores what is named."""
    if names and names[0] in OF_PHOTOGRAPHS:
        OF_PHOTOGRAPHS[names[0]](*names[1:2])
        return
    known = [*detection.SETTINGS, photographs.CHECK]
    if unknown := [name for name in names if name not in known]:
        allowed = ", ".join([*known, *(f"{name} FOLDER" for name in OF_PHOTOGRAPHS)])
        raise SystemExit(f"NAME must be one of {allowed}, not {unknown[0]!r}.")
    for name in names:
        check = name == photographs.CHECK
        found = (
            photographs.measure_check() if check else detection.measure(detection.SETTINGS[name])
        )
        print(stored.write(name, found, detection.ROOM), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
