"""Downloads from a server of this process: whole, resumed, broken off, wrong, unreachable."""

import hashlib
import http.server
import socket
import ssl
import threading
from urllib.error import URLError

import pytest

from messages import says
from srhm.images.downloads import DownloadError, download

CONTENT = bytes(range(256)) * 2000  # 512 kB
MD5 = hashlib.md5(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; the server's ``breaks_after`` and ``ranges`` say how well."""

    def do_GET(self):
        server = self.server
        asked = self.headers.get("Range")
        server.asked.append(asked)
        start = int(asked[6:-1]) if asked and server.ranges else 0
        if self.path != "/file":
            return self.send_error(404)
        if start >= len(CONTENT):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : server.breaks_after])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.breaks_after, server.ranges = [], None, True
        server.url = f"http://127.0.0.1:{server.server_port}/file"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(server, target, md5=MD5):
    return download(server.url, target, md5, timeout=5, progress=False)


def test_a_file_arrives_whole_and_is_not_fetched_twice(server, tmp_path):
    target = tmp_path / "new" / "file.bin"
    assert fetch(server, target) == target
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    fetch(server, target)
    assert server.asked == [None]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_goes_on(server, tmp_path, ranges):
    """From where it stopped, or from the start with a server that knows no ranges."""
    target = tmp_path / "file.bin"
    server.breaks_after, server.ranges = 200_000, ranges
    with pytest.raises(DownloadError, match=says("file.bin")):
        fetch(server, target)
    assert not target.exists()
    assert (tmp_path / "file.bin.part").read_bytes() == CONTENT[:200_000]
    server.breaks_after = None
    fetch(server, target)
    assert server.asked == [None, "bytes=200000-"]
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_whole_already(server, tmp_path):
    """Stopped between the last byte and the new name."""
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    fetch(server, tmp_path / "file.bin")
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


def test_another_file_is_thrown_away(server, tmp_path):
    target = tmp_path / "file.bin"
    with pytest.raises(DownloadError, match=says("file.bin")):
        fetch(server, target, md5="0" * 32)
    assert not any(tmp_path.iterdir())


def test_a_damaged_file_is_replaced(server, tmp_path):
    target = tmp_path / "file.bin"
    target.write_bytes(CONTENT[:-1])
    fetch(server, target)
    assert target.read_bytes() == CONTENT


def test_a_server_that_does_not_have_it(server, tmp_path):
    server.url += "s"
    with pytest.raises(DownloadError, match=says(server.url, 404)):
        fetch(server, tmp_path / "file.bin")


def test_no_network_is_one_sentence(tmp_path):
    with socket.socket() as free:  # bound and not listening: connections are refused
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/file"
        with pytest.raises(DownloadError) as error:
            download(url, tmp_path / "file.bin", MD5, timeout=5, progress=False)
    assert "refused" in str(error.value)
    assert str(error.value).count("\n") == 0
    assert not (tmp_path / "file.bin").exists()


def test_a_certificate_that_is_not_trusted(monkeypatch, tmp_path):
    """To go on from there would not help."""

    def refuse(*_, **__):
        raise URLError(ssl.SSLCertVerificationError(1, "self-signed certificate"))

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    with pytest.raises(DownloadError, match="certificate.*SSL_CERT_FILE") as error:
        download("https://server/file", tmp_path / "file.bin", MD5, progress=False)
    assert "goes on" not in str(error.value)


def test_a_folder_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "data").touch()
    with pytest.raises(DownloadError, match="into the folder .*data") as error:
        fetch(server, tmp_path / "data" / "file.bin")
    assert "goes on" not in str(error.value)
    assert server.asked == []
