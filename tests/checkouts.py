"""A folder that is taken for this project's repository."""


def make_checkout(folder, name="srhm"):
    """The least that `srhm.runs.paths.repository` looks for; ``folder`` is there already."""
    for package in ("srhm", "book/srhm_book"):
        (folder / package).mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\n', encoding="utf-8")
    return folder
