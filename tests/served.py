"""How the browser tests see a built book: from a server of its own, at a desk and on a phone."""

import functools
import gzip
import http.server
import threading
from contextlib import contextmanager
from pathlib import Path

SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
TEXT = {".html", ".css", ".js", ".svg", ".json"}


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves text compressed, as hosts of static pages do, and says nothing of the requests."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        content = path.read_bytes() if path.is_file() else b""
        self.send_response(200 if path.is_file() else 404)
        self.send_header("Content-Type", self.guess_type(path))
        if path.suffix in TEXT:
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@contextmanager
def serving(folder):
    """The address at which a local server serves a folder meanwhile."""
    handler = functools.partial(Compressing, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def pages(html: Path) -> list[str]:
    """The names of a built book's pages."""
    names = sorted(path.relative_to(html).as_posix() for path in html.glob("book/**/*.html"))
    assert {"book/model.html", "book/executed/00_overview.html"} <= set(names)
    return names


def wait_for_math(page):
    page.wait_for_function(
        "() => document.querySelectorAll('mjx-container').length"
        " >= document.querySelectorAll('.math').length"
    )


def sources(root):
    """All that a built book is made of, in the repository at ``root``."""
    folders = ("book", "notebooks", "srhm", "results", "benchmarks")
    files = [path for folder in folders for path in (root / folder).rglob("*") if path.is_file()]
    made = {"executed", "__pycache__"}
    settings = [root / "_config.yml", root / "_toc.yml"]
    return [*settings, *(path for path in files if not made & set(path.parts))]


def is_newer(made, sources):
    """Whether a file is there and newer than all of its sources, none of which is missing."""
    try:
        return made.stat().st_mtime > max(path.stat().st_mtime for path in sources)
    except OSError:
        return False
