"""The front of a fleet of small servers that die when they are told to: what is passed on, asked again, refused, counted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from aural.errors import LimitReached
from aural.server import fitting, fleet, relay
from aural.server.fleet import Fleet, Footing, Ground, Replica
from aural.server.front import behind, front
from aural.server.meters import lasting, without
from aural.server.options import Options
from aural.server.wire import Address, Broken, Call, asked, read

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
HERE = "http://127.0.0.1:8000"
SMALL = [sys.executable, str(Path(__file__).with_name("small_server.py"))]


class Process(Footing):
    """A small server in a process of its own."""

    def __init__(self, token: str) -> None:
        self.process = subprocess.Popen([*SMALL, token], stdout=subprocess.PIPE, text=True)

    async def place(self) -> Address:
        assert self.process.stdout is not None
        line = await asyncio.to_thread(self.process.stdout.readline)
        if not line:
            raise LimitReached("it ended before it listened")
        return "127.0.0.1", int(line)

    async def ended(self) -> str:
        while self.process.poll() is None:
            await asyncio.sleep(0.5)  # later than the connections tell
        return "killed"

    async def complaint(self) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    async def stop(self, seconds: float) -> None:
        self.process.kill()
        await asyncio.to_thread(self.process.communicate)


class Machines(Ground):
    """As many small servers as are begun."""

    def __init__(self, token: str) -> None:
        self.token, self.begun = token, list[Process]()

    @property
    def workers(self) -> int:
        return 1

    def begin(self) -> Process:
        self.begun.append(Process(self.token))
        return self.begun[-1]


@contextlib.contextmanager
def fronted(folder: Path, count: int, **more: Any) -> Iterator[tuple[TestClient, Machines]]:
    """A client of a front with so many servers ready, and the ground on which they stand."""
    ground, options = Machines("inner"), Options(**{"log": "none", "replicas": str(count), "jobs": str(folder / "jobs"), **more})
    with TestClient(front(options, ground, "inner", lambda: None), base_url=HERE) as client:
        until(lambda: client.get("/ready").json()["replicas"] == count)
        yield client, ground


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Two servers behind a front; those that die in a test are begun again by the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fleet, "_ASK", 0.2)
        with fronted(tmp_path_factory.mktemp("front"), 2) as (made, _):
            yield made


@pytest.fixture(autouse=True)
def whole(request: pytest.FixtureRequest) -> None:
    if "client" in request.fixturenames:
        made = request.getfixturevalue("client")
        until(lambda: made.get("/ready").json()["replicas"] == 2)


def until(told: Callable[[], bool]) -> None:
    limit = time.monotonic() + 30
    while not told():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_a_request_is_passed_on_as_it_is(client: TestClient) -> None:
    body = bytes(range(256)) * 12_000  # more than stays in memory
    headers = {"Authorization": "Bearer mine", "X-Own": "1", "Content-Type": "audio/wav"}
    got = client.post("/v1/vad?top=3&name=a%20b", content=iter([body[:5], body[5:]]), headers=headers)
    told = got.json()
    assert told["bytes"] == len(body) and told["sum"] == sum(body) and told["asked"] == {"top": "3", "name": "a b"}
    assert told["headers"]["x-own"] == "1" and told["headers"]["authorization"] == "Bearer inner"
    assert got.headers.get_list("x-content-type-options") == ["nosniff"] and got.headers["cache-control"] == "no-store"
    assert client.get("/v1/models").json()["bytes"] == 0
    assert client.get("/v1/nothing").status_code == 404 and client.get("/v1/vad").status_code == 405


def test_requests_go_to_whoever_is_least_busy(client: TestClient) -> None:
    found: list[int] = []
    askers = [threading.Thread(target=lambda: found.append(client.post("/v1/vad?wait=0.3").json()["pid"])) for _ in range(4)]
    begun = time.monotonic()
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert len(set(found)) == 2 and time.monotonic() - begun >= 0.6, "each works on one at once"


def test_what_was_lost_is_asked_again_elsewhere(client: TestClient, tmp_path: Path) -> None:
    got = client.post(f"/v1/vad?die={tmp_path}", content=b"abc")
    assert (tmp_path / "died").exists() and got.status_code == 200 and got.json()["bytes"] == 3


def test_half_an_answer_is_none(client: TestClient, tmp_path: Path) -> None:
    got = client.post(f"/v1/vad?half={tmp_path}")
    assert (tmp_path / "died").exists() and got.content == b"0123456789"


def test_what_takes_servers_down_is_given_up(client: TestClient) -> None:
    got = client.post("/v1/vad?die=always")
    assert got.status_code == 503 and got.json()["error"]["code"] == "overloaded" and "was lost" in got.json()["error"]["message"]
    until(lambda: client.post("/v1/vad").status_code == 200)


def test_what_leaves_something_behind_is_not_asked_again(client: TestClient, tmp_path: Path) -> None:
    assert client.post(f"/v1/enroll?die={tmp_path}").status_code == 503


def test_events_that_break_off_say_so(client: TestClient) -> None:
    assert client.post("/v1/listen").text == 'data: {"n": 1}\n\ndata: {"n": 2}\n\n'
    events = [json.loads(e.removeprefix("data: ")) for e in client.post("/v1/listen?die=1").text.split("\n\n") if e]
    assert events[0] == {"n": 1} and events[1]["error"]["code"] == "overloaded"


def test_web_sockets_pass_both_ways_and_break_off_politely(client: TestClient) -> None:
    offered = ["openai-insecure-api-key.mine", "aural"]
    with client.websocket_connect("ws://127.0.0.1:8000/v1/stream?rate=8000", subprotocols=offered) as line:
        assert line.accepted_subprotocol == "aural"
        line.send_bytes(b"\x00\x01")
        line.send_text("hello")
        assert line.receive_bytes() == b"\x00\x01" and line.receive_text() == "rate=8000 hello"
        line.send_text("end")
        with pytest.raises(WebSocketDisconnect) as closed:
            line.receive_text()
        assert closed.value.code == 4001 and closed.value.reason == "as it was asked"
    with client.websocket_connect("ws://127.0.0.1:8000/v1/stream") as line:
        line.send_text("die")
        assert "was lost" in line.receive_json()["error"]["message"]
        with pytest.raises(WebSocketDisconnect) as closed:
            line.receive_text()
        assert closed.value.code == 1012


def test_what_was_counted_stays_when_a_server_goes(client: TestClient, tmp_path: Path) -> None:
    def heard() -> float:
        return sum(float(x.split()[1]) for x in client.get("/metrics").text.splitlines() if x.startswith("aural_sound "))

    time.sleep(0.5)
    before = heard()
    for _ in range(4):
        client.post("/v1/vad")
    until(lambda: heard() == before + 4)
    client.post(f"/v1/vad?die={tmp_path}")
    until(lambda: client.get("/ready").json()["replicas"] == 2 and heard() == before + 5)
    text = client.get("/metrics").text
    assert "aural_replicas 2" in text and 'aural_requests_total{route="/v1/vad",status="200"}' in text


def test_token_and_limits_hold_at_the_front(tmp_path: Path) -> None:
    with fronted(tmp_path, 1, token="outer", max_upload=0.01, queue=0) as (client, ground):
        assert client.post("/v1/vad").status_code == 401
        right = {"Authorization": "Bearer outer"}
        assert client.post("/v1/vad", content=bytes(20_000), headers=right).status_code == 413
        asking = threading.Thread(target=lambda: client.post("/v1/vad?wait=0.4", headers=right))
        asking.start()
        until(lambda: client.get("/ready").json()["inside"] == 1)
        busy = client.post("/v1/vad", headers=right)
        assert busy.status_code == 429 and busy.headers["retry-after"]
        asking.join()
        assert client.post("/v1/vad", headers=right).json()["headers"]["authorization"] == "Bearer inner"
    assert all(one.process.poll() is not None for one in ground.begun)


def test_servers_come_and_go_with_what_there_is_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "_BUSY", 0.1)
    monkeypatch.setattr(fitting, "_QUIET", 0.1)
    monkeypatch.setattr(fleet, "_LOOK", 0.05)
    with fronted(tmp_path, 1, replicas="1-2") as (client, ground):
        found: list[int] = []
        askers = [threading.Thread(target=lambda: found.append(client.post("/v1/vad?wait=1").json()["pid"])) for _ in range(3)]
        for one in askers:
            one.start()
        for one in askers:
            one.join()
        assert len(set(found)) == 2, "what waited was given to the one that came"
        until(lambda: client.get("/ready").json()["begun"] == 1)
        assert len(ground.begun) == 2


def test_a_machine_that_says_nothing_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("_SILENT", 3.0), ("_PATIENT", 1.5), ("_DOUBT", 1.5), ("_ASK", 0.2)):
        monkeypatch.setattr(fleet, name, seconds)
    with fronted(tmp_path, 2) as (client, _):
        got = client.post(f"/v1/vad?hang={tmp_path}", content=b"abc")
        assert (tmp_path / "died").exists() and got.status_code == 200 and got.json()["bytes"] == 3


class Never(Footing):
    async def place(self) -> Address:
        raise LimitReached("this node has no ears")

    async def ended(self) -> str:
        raise AssertionError

    async def complaint(self) -> str:
        raise AssertionError

    async def stop(self, seconds: float) -> None:
        return


class Barren(Ground):
    @property
    def workers(self) -> int:
        return 2

    def begin(self) -> Never:
        return Never()


def test_servers_that_never_begin_end_the_front(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "_LOOK", 0.01)
    failed = threading.Event()
    made = front(Options(log="none", jobs=str(tmp_path)), Barren(), "x", failed.set)
    with TestClient(made, base_url=HERE) as client:
        assert failed.wait(10) and client.get("/ready").status_code == 503
    assert "in a row" in str(made.state.fleet.failure)
    assert "this node has no ears" in capsys.readouterr().err


def test_places_are_given_to_requests_before_jobs_and_one_is_kept_from_them() -> None:
    async def play() -> None:
        one = Fleet(Barren(), Options(), ())
        one.replicas = [Replica(n, Never(), address=("x", n), ready=True) for n in range(2)]
        order: list[str] = []

        async def hold(use: Any, name: str, free: asyncio.Event) -> None:
            async with one.seat(use, 5):
                order.append(name)
                await free.wait()

        free = asyncio.Event()
        holding = [asyncio.ensure_future(hold("job", f"job {n}", free)) for n in range(4)]
        await asyncio.sleep(0)
        assert sorted(order) == ["job 0", "job 1", "job 2"], "of four places three may be jobs'"
        holding += [asyncio.ensure_future(hold("work", f"work {n}", free)) for n in range(2)]
        await asyncio.sleep(0)
        assert order[3:] == ["work 0"] and [r.working for r in one.replicas] == [2, 2]
        with pytest.raises(LimitReached, match="waited longer"):
            async with one.seat("work", 0.01):
                pass
        free.set()
        await asyncio.gather(*holding)
        assert order[4] == "work 1" and sum(r.working + r.jobs for r in one.replicas) == 0

    asyncio.run(play())


def test_a_server_that_is_not_there_was_not_reached() -> None:
    async def ask() -> None:
        async with asked(("127.0.0.1", 1), Call("GET", b"/")):
            pass

    with pytest.raises(Broken) as found:
        asyncio.run(ask())
    assert not found.value.reached and relay.TRIES == 3


def test_who_is_told_to_stop_while_a_connection_comes_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that are watched would else be watched forever, and the front would never end."""

    async def play() -> None:
        there = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        ready = await asyncio.open_connection(*there.sockets[0].getsockname())
        asking = asyncio.ensure_future(read(("127.0.0.1", 1), Call("GET", b"/"), 5.0))

        async def connected(*address: Any) -> Any:
            asking.cancel()  # as the connection is there, and before anybody could look at it
            return ready

        monkeypatch.setattr(asyncio, "open_connection", connected)
        await asyncio.wait([asking])
        ready[1].close()
        there.close()
        assert asking.cancelled()

    asyncio.run(play())


def test_meters_are_chosen_by_name_and_kind() -> None:
    one = '# HELP a A.\n# TYPE a counter\na{x="1"} 2\n'
    two = "# HELP b B.\n# TYPE b gauge\nb 3\n"
    assert without(one + two, ("a",)) == two and lasting(one + two) == one


def test_a_server_behind_a_front_has_its_own_token_and_no_jobs() -> None:
    made = behind(Options(token="outer", origins=("*",), wyoming="10300", jobs="x", replicas="1-4"), "inner")
    assert (made.bearer, made.origins, made.wyoming, made.jobs, made.replicas) == ("inner", (), None, None, "1")
