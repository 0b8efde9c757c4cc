"""Ray nodes on this machine, in processes of their own: prints the address, and kills a node for each line that it reads."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
TRIES = 4
SMALL = 100 * 2**20  # bytes of a node's object store


@contextlib.contextmanager
def nodes(count: int, more: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """(address, kill) of a Ray cluster with so many nodes of one core, whose environment holds `more`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    command = [sys.executable, "-W", "ignore", str(HERE), str(count)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, env=environment, **pipes) as process:
        assert process.stdin is not None and process.stdout is not None

        def told() -> str:
            assert process.stdout is not None
            return next(line.strip() for line in process.stdout if line.startswith(("127.", "1", "2", "killed")))

        def kill() -> None:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
            assert told() == "killed"

        yield told(), kill
        process.stdin.close()
        process.wait(60)


def main() -> None:
    """`python ray_nodes.py N`: a head without cores, and N nodes with one each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    cluster, nodes = Cluster(), list[Any]()
    for left in reversed(range(TRIES)):
        try:
            cluster.add_node(num_cpus=0, include_dashboard=False, object_store_memory=SMALL)
            nodes = [cluster.add_node(num_cpus=1, object_store_memory=SMALL) for _ in range(int(sys.argv[1]))]
            break
        except Exception:  # a node gives up when a part of it does not come within half a minute, as on a busy machine
            if not left:
                raise
            cluster.shutdown()
            cluster = Cluster()
    print(cluster.address, flush=True)
    for _ in sys.stdin:
        cluster.remove_node(nodes.pop(), allow_graceful=False)
        print("killed", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
