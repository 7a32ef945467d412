"""The repository is known by something of its own; outside of it nothing is taken for it."""

from pathlib import Path

import pytest

from checkouts import make_checkout
from srhm.images.store import ImageStore
from srhm.runs.paths import NoRepositoryError, default_folder, project, repository


def test_the_repository_is_found_from_everywhere_inside_it(tmp_path, monkeypatch):
    inside = make_checkout(tmp_path) / "book" / "srhm_book"
    monkeypatch.chdir(inside)
    assert repository() == tmp_path
    assert project("notebooks", "x") == tmp_path / "notebooks" / "x"
    assert default_folder("results") == tmp_path / "results"
    assert ImageStore().path == tmp_path / "results" / "images"


def jupyter_book(folder):
    (folder / "notebooks").mkdir()
    (folder / "_toc.yml").write_text("root: index\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text('[project]\nname = "srhm"\n', encoding="utf-8")


def another_project(folder):
    make_checkout(folder, name="srhm-of-another")


def torn_project(folder):
    make_checkout(folder)
    (folder / "pyproject.toml").write_text("[project", encoding="utf-8")


@pytest.mark.parametrize("make", [lambda folder: None, jupyter_book, another_project, torn_project])
def test_no_other_folder_is_taken_for_it(tmp_path, monkeypatch, make):
    make(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert repository() is None
    assert default_folder("results") == Path("results")
    with pytest.raises(NoRepositoryError, match=f"^notebooks .*{tmp_path.name}"):
        project("notebooks")
