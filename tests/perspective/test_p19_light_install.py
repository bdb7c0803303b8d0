"""PERSP-P19: with the light install's packages alone the service starts, answers and opens no socket but its own.

The packages are linked into an empty folder that stands for the fresh environment; nothing else can be imported.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
LIGHT = ("click", "rich", "numpy", "onnxruntime", "tokenizers")
HEAVY = ("django", "duckdb", "splink", "pyarrow", "orjson", "gunicorn", "cryptography", "pyspark", "sklearn", "torch")
# Writes a line for every socket that is bound or connected, before anything else runs.
WATCH = """
import sys
sys.addaudithook(lambda event, args: event in ("socket.bind", "socket.connect", "socket.getaddrinfo")
                 and sys.stderr.write(f"SOCKET {event} {args[1:] if event != 'socket.getaddrinfo' else args}\\n"))
from evenhand.cli import main
main(sys.argv[1:])
"""


def distributions() -> set[str]:
    """Return the light install's packages with all they need, as far as they are installed here."""
    found: set[str] = set()
    todo = list(LIGHT)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        todo += [re.split(r"[ ;<>=!~\[(]", need, maxsplit=1)[0] for need in needs if "extra ==" not in need]
    return found


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("light")
    for name in distributions():
        for file in metadata.files(name) or ():
            top = file.parts[0]
            place = Path(str(metadata.distribution(name).locate_file(top)))
            if top != ".." and place.exists() and not (folder / top).exists():
                (folder / top).symlink_to(place)
    return folder


def environment(packages: Path, data: Path) -> dict[str, str]:
    return {"PYTHONPATH": f"{packages}{os.pathsep}{SOURCE}", "EVENHAND_DATA": str(data), "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip


def run(packages: Path, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-S", "-c", WATCH, *arguments]
    return subprocess.run(
        command, env=environment(packages, data), capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def started(packages: Path, data: Path) -> Iterator[tuple[int, Path]]:
    """Run the service alone; yields its port and where its stderr goes."""
    said = data / "stderr"
    command = [sys.executable, "-S", "-c", WATCH, "perspective", "--port", "0"]
    with said.open("w") as stream:
        process = subprocess.Popen(command, env=environment(packages, data), stderr=stream)
        try:
            while not (port := re.search(r"127\.0\.0\.1:(\d+)", said.read_text())):
                assert process.poll() is None, said.read_text()
            while "Scoring at" not in said.read_text():
                assert process.poll() is None, said.read_text()
            port = re.search(r"http://127\.0\.0\.1:(\d+)", said.read_text())
            assert port is not None
            yield int(port[1]), said
        finally:
            process.terminate()
            assert process.wait(20) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", HEAVY)
def test_p19_what_is_heavy_cannot_be_imported(packages, tmp_path, name):
    imports = "import sys, evenhand.perspective, evenhand.cli.perspective, evenhand.web.scoring"
    code = f"{imports}\nassert {name!r} not in sys.modules\nimport {name}"
    command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(
        command, env=environment(packages, tmp_path), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1 and f"No module named '{name}" in done.stderr


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_p19_the_service_alone_starts_answers_and_opens_one_socket(packages, tmp_path, loopback):
    made = run(packages, tmp_path, "perspective", "add-key", "fresh", "--json")
    assert made.returncode == 0, made.stderr
    secret = json.loads(made.stdout)["key"]
    with started(packages, tmp_path) as (port, said):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", f"/$discovery/rest?version=v1alpha1&key={secret}")
        document = json.loads(connection.getresponse().read())
        assert document["rootUrl"] == f"http://127.0.0.1:{port}/"
        body = {"comment": {"text": "thank you all for coming"}, "requestedAttributes": {"TOXICITY": {}}}
        connection.request("POST", f"/v1alpha1/comments:analyze?key={secret}", json.dumps(body))
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == 200 or answer["error"]["message"] == "Unknown requested attribute: TOXICITY"
        connection.close()
        client(port, secret)
    sockets = [line for line in said.read_text().splitlines() if line.startswith("SOCKET")]
    assert len(sockets) == 1 and "socket.bind" in sockets[0] and "127.0.0.1" in sockets[0], sockets


def client(port: int, secret: str) -> None:
    """Have Google's client build itself from the service, where it is installed."""
    try:
        from googleapiclient import discovery
    except ImportError:
        return
    address = f"http://127.0.0.1:{port}/$discovery/rest?version=v1alpha1"
    feedback = {"comment": {"text": "hello there"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}}}
    built = discovery.build("commentanalyzer", "v1alpha1", developerKey=secret, discoveryServiceUrl=address)
    with built as service:
        assert "detectedLanguages" in service.comments().suggestscore(body=feedback).execute()


@pytest.mark.slow
def test_p19_a_port_that_is_taken_is_one_line(packages, tmp_path, loopback):
    (tmp_path / "one").mkdir()
    with started(packages, tmp_path / "one") as (port, _):
        done = run(packages, tmp_path, "perspective", "--port", str(port))
        lines = [line for line in done.stderr.splitlines() if not line.startswith("SOCKET")]
        assert done.returncode == 2 and len(lines) == 1 and "in use" in lines[0]
