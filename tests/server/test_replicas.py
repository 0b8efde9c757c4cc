"""Several servers behind one address: begun again when killed, jobs and meters are one, none outlives who began them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from serving import Served, served

from aural.errors import UsageError
from aural.server.fitting import numbers_of
from aural.server.ledger import Ledger
from aural.server.options import Options
from aural.server.replicas import Replicas, Seat, name_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
LIMIT = 120  # s


def get(server: Served, path: str, data: bytes | None = None, method: str | None = None) -> Any:
    kind = {"Content-Type": "audio/wav"} if data else {}
    request = urllib.request.Request(server.url + path, data, kind, method=method)
    with urllib.request.urlopen(request, timeout=LIMIT) as answer:
        return answer.read()


def children(server: Served) -> list[int]:
    """The servers: children that are no helper of multiprocessing."""
    told = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(server.process.pid)], capture_output=True, text=True
    ).stdout
    return sorted(int(line.split()[0]) for line in told.splitlines() if "spawn_main" in line)


def gauge(server: Served, name: str) -> float:
    lines = get(server, "/metrics").decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def until(told: Any) -> None:
    limit = time.monotonic() + LIMIT
    while not told():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_numbers() -> None:
    assert numbers_of("1") == (1, 1) and numbers_of("3") == (3, 3) and numbers_of("1-4") == (1, 4)
    for text in ("0", "4-1", "x", "-1", "2-", "999"):
        with pytest.raises(UsageError):
            numbers_of(text)


def test_more_come_while_all_places_are_taken_and_leave_when_it_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    from aural.models.runtime import Runtime
    from aural.server import fitting

    monkeypatch.setattr(fitting, "_BUSY", 0.0)
    monkeypatch.setattr(fitting, "_QUIET", 0.0)
    made = Replicas(None, Options(replicas="1-3", running=2), Runtime(), None, "")  # type: ignore[arg-type]
    ended: list[int] = []

    class Process:
        def __init__(self, number: int) -> None:
            self.number = number

        def terminate(self) -> None:
            ended.append(self.number)

    def begin(number: int) -> None:
        made._servers[number] = (Process(number), 0.0)  # type: ignore[assignment]

    monkeypatch.setattr(made, "_begin", begin)
    begin(0)
    for inside, count in ((1, 1), (2, 2), (3, 2), (4, 3), (9, 3)):
        made._inside[0] = inside
        made._fit()
        assert len(made._servers) == count, inside
    made._inside[0] = 4
    made._fit()
    assert ended == [], "two servers would be busy with four requests at once"
    made._inside[0] = 3
    made._fit()
    made._fit()
    assert ended == [2], "two servers are needed for three requests"
    made._inside[0] = 9
    made._fit()
    assert len(made._servers) == 3, "the one that leaves has its place until it is gone"


def test_meters_are_summed(tmp_path: Path) -> None:
    text = '# HELP aural_requests_total Told.\n# TYPE aural_requests_total counter\naural_requests_total{route="/x"} 2\n'
    one, two = (Seat(n, [0, 0], True, str(tmp_path)) for n in range(2))
    one.post(text)
    told = two.summed(text.replace("} 2", "} 3") + 'aural_requests_total{route="/y"} 1\n')
    assert told.splitlines()[2:] == ['aural_requests_total{route="/x"} 5', 'aural_requests_total{route="/y"} 1']


def test_jobs_of_a_server_that_ended_wait_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    names = [ledger.add("vad", {}, []).id for _ in range(2)]
    first, second = ledger.take(name_of(0)), ledger.take(name_of(1))
    assert first is not None and second is not None
    ledger.progressed(first.id, "vad", 1.0, 2.0)
    assert ledger.progress(first.id) == ("vad", 1.0, 2.0) and ledger.progress(second.id) is None
    ledger.abandoned(name_of(0))
    assert [ledger.get(n).state for n in names] == ["waiting", "running"]  # type: ignore[union-attr]
    ledger.close()


@pytest.mark.weights
def test_one_is_killed_and_the_address_goes_on(tmp_path: Path, clip: Path) -> None:
    data = clip.read_bytes()
    with served(tmp_path, "--replicas", "2", "--preload", "vad", "--log", "none") as server:
        until(lambda: gauge(server, "aural_ready") == 2)
        before = children(server)
        assert len(before) == 2
        for _ in range(6):
            assert json.loads(get(server, "/v1/vad", data))["speech"]
        until(lambda: gauge(server, 'aural_requests_total{route="/v1/vad"') == 6)
        job = json.loads(get(server, "/v1/jobs?verb=vad", data, "POST"))
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(children(server)) == 2 and children(server) != before)
        until(lambda: json.loads(get(server, f"/v1/jobs/{job['id']}"))["state"] == "done")
        assert json.loads(get(server, f"/v1/jobs/{job['id']}/result"))["speech"]
        assert "is begun again" in server.text
        last = children(server)
        server.process.kill()  # who began them is gone: so are they
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in last))
