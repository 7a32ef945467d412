"""How the browser tests see a built book: from a server of its own, at a desk and on a phone."""

import functools
import http.server
import threading
from contextlib import contextmanager

SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing of the requests that it serves."""

    def log_message(self, *arguments):
        pass


@contextmanager
def serving(folder, handler=Quiet):
    """The address at which a local server serves a folder meanwhile."""
    handler = functools.partial(handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
