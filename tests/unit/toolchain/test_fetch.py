"""Official releases: taken only when their published sum matches, absent where nothing answers."""

import hashlib
import http.server
import io
import socketserver
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolchain import fetch
from toolchain.cache import SetupError


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVABILITY_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    fetch._host_answers.cache_clear()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the loopback address that serves it."""
    folder = tmp_path / "www"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def tarball() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, mode in (("tool-1/promtool", 0o755), ("tool-1/NOTICE", 0o644)):
            info = tarfile.TarInfo(name)
            info.size, info.mode = 3, mode
            archive.addfile(info, io.BytesIO(b"abc"))
    return packed.getvalue()


def publish(folder: Path, name: str, content: bytes, checksum: str | None = None) -> None:
    (folder / name).write_bytes(content)
    sum_ = checksum or hashlib.sha256(content).hexdigest()
    (folder / "sums.txt").write_text(f"{'0' * 64}  other.tar.gz\n{sum_}  {name}\n")


def test_tarball_gives_its_programs(served: tuple[Path, str]) -> None:
    """Executables end in `bin`, whatever folder the archive has them in; other files don't."""
    folder, url = served
    publish(folder, "tool.tar.gz", tarball())

    found = fetch.release(
        "tool-1", fetch.Release(archive=f"{url}/tool.tar.gz", checksums=f"{url}/sums.txt")
    )

    assert found is not None
    assert [path.name for path in (found / "bin").iterdir()] == ["promtool"]


def test_python_without_tar_filters(
    served: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian 12's Python 3.11.2 has no `data_filter`, and no `filter` to give it to."""
    folder, url = served
    publish(folder, "tool.tar.gz", tarball())
    extract = tarfile.TarFile.extractall

    def extract_as_3_11_2(archive: tarfile.TarFile, path: Path) -> None:
        extract(archive, path)

    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    monkeypatch.setattr(tarfile.TarFile, "extractall", extract_as_3_11_2)
    # Later Pythons warn of an extraction without a filter, unless there is one for all.
    trust = staticmethod(lambda member, _path: member)
    monkeypatch.setattr(tarfile.TarFile, "extraction_filter", trust, raising=False)

    found = fetch.release(
        "tool-1", fetch.Release(archive=f"{url}/tool.tar.gz", checksums=f"{url}/sums.txt")
    )

    assert found is not None
    assert [path.name for path in (found / "bin").iterdir()] == ["promtool"]


def test_zipped_program_loses_its_platform(served: tuple[Path, str]) -> None:
    """Loki's archives hold `loki-linux-amd64`; the command is `loki` and can be run."""
    folder, url = served
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("loki-linux-amd64", b"abc")
    publish(folder, "loki-linux-amd64.zip", packed.getvalue())

    found = fetch.release(
        "loki-1",
        fetch.Release(archive=f"{url}/loki-linux-amd64.zip", checksums=f"{url}/sums.txt"),
    )

    assert found is not None
    assert (found / "bin" / "loki").stat().st_mode & 0o111


def test_wrong_sum_is_refused(served: tuple[Path, str]) -> None:
    """An archive that isn't the published one stops the set-up, and nothing of it is kept."""
    folder, url = served
    publish(folder, "tool.tar.gz", tarball(), checksum="f" * 64)

    with pytest.raises(SetupError, match="published is ffff"):
        fetch.release(
            "tool-1", fetch.Release(archive=f"{url}/tool.tar.gz", checksums=f"{url}/sums.txt")
        )


def test_unlisted_archive_is_refused(served: tuple[Path, str]) -> None:
    """An archive without a published sum is as bad as one with a wrong one."""
    folder, url = served
    publish(folder, "other.zip", b"abc")
    (folder / "tool.tar.gz").write_bytes(tarball())

    with pytest.raises(SetupError, match="not in its release's list"):
        fetch.release(
            "tool-1", fetch.Release(archive=f"{url}/tool.tar.gz", checksums=f"{url}/sums.txt")
        )


def test_missing_page_means_not_downloadable(served: tuple[Path, str]) -> None:
    """A host without the file leads to a build, not to an error."""
    _, url = served

    found = fetch.release("t", fetch.Release(archive=f"{url}/no.zip", checksums=f"{url}/no.txt"))

    assert found is None


def test_download_that_breaks_off_means_not_downloadable(
    served: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A connection that ends early leads to a build, with a line that says why."""
    folder, url = served
    publish(folder, "tool.tar.gz", tarball())

    class Short(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"x" * 40)

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Short) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        archive = f"http://127.0.0.1:{server.server_port}/tool.tar.gz"
        found = fetch.release("t", fetch.Release(archive=archive, checksums=f"{url}/sums.txt"))
        server.shutdown()

    assert found is None
    assert (
        f"  {archive} can't be downloaded: IncompleteRead(40 bytes read, 60 more expected)"
        == capsys.readouterr().err.splitlines()[-1]
    )


def test_host_that_speaks_no_http_means_not_downloadable() -> None:
    """What answers isn't a web server: as good as nothing."""

    class Other(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(b"220 ready\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        found = fetch.release("t", fetch.Release(archive=f"{url}/a.zip", checksums=f"{url}/s.txt"))
        server.shutdown()

    assert found is None


def test_silent_host_means_not_downloadable() -> None:
    """Where nothing answers, the caller builds."""
    nowhere = "http://127.0.0.1:9"

    found = fetch.release(
        "t", fetch.Release(archive=f"{nowhere}/a.zip", checksums=f"{nowhere}/sums.txt")
    )

    assert found is None
