"""Which book the browser tests look at."""

import os
from pathlib import Path

from served import is_newer, sources


def test_a_book_is_up_to_date_while_nothing_it_is_made_of_is_newer(tmp_path):
    page, source = tmp_path / "index.html", tmp_path / "page.md"
    assert not is_newer(page, [])
    for path, time in ((page, 20), (source, 10)):
        path.touch()
        os.utime(path, (time, time))
    assert is_newer(page, [source])
    os.utime(source, (30, 30))
    assert not is_newer(page, [source])
    source.unlink()
    assert not is_newer(page, [source])


def test_a_book_is_made_of_all_that_its_pages_show():
    root = Path(__file__).parent.parent.parent
    made_of = {path.relative_to(root).as_posix() for path in sources(root)}
    assert {"_toc.yml", "book/model.md", "srhm/cli.py", "benchmarks/results.json"} <= made_of
    assert not [path for path in made_of if path.startswith("book/executed/")]
