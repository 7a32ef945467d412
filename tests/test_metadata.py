"""One list of dependencies: environment.yml and requirements.lock agree with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES = {"pytorch": "torch"}


def declared(*extras):
    lines = [*PYPROJECT["dependencies"]]
    for extra in extras:
        lines += PYPROJECT["optional-dependencies"][extra]
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in found}


def lock_lines():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_environment_agrees_with_pyproject():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    found = [Requirement(line) for line in [e for e in listed if isinstance(e, str)] + pip]
    packages = {canonicalize_name(CONDA_NAMES.get(r.name, r.name)): r.specifier for r in found}
    assert str(packages.pop("python")) == PYPROJECT["requires-python"]
    packages.pop("pip")
    assert packages == declared("book", "images", "test")


def test_lock_pins_everything_exactly():
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", x) for x in lock_lines())
    pins = {canonicalize_name(r.name): r for r in map(Requirement, lock_lines())}
    for name, specifier in declared("book", "images", "test").items():
        version = str(next(iter(pins[name].specifier)).version)
        assert specifier.contains(version, prereleases=True), (name, version, specifier)


def test_lock_is_complete():
    """Whatever an installed package of the lock requires here is in the lock too."""
    from importlib.metadata import distribution

    names = {canonicalize_name(Requirement(line).name) for line in lock_lines()}
    follows_torch = re.compile(r"nvidia-.*|triton|cuda-.*")
    for name in names:
        for line in distribution(name).requires or ():
            needed = Requirement(line)
            if needed.marker and not needed.marker.evaluate({"extra": ""}):
                continue
            key = canonicalize_name(needed.name)
            assert key in names or follows_torch.fullmatch(key), f"{name} needs {key}"


def test_version_is_stated_once_and_the_same():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PYPROJECT["version"]
    assert f"## {PYPROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
