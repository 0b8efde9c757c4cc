"""Ray nodes on this machine, in processes of their own: prints the address, and kills a node for each line that it reads."""

from __future__ import annotations

import os
import sys

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray.cluster_utils import Cluster

SMALL = 100 * 2**20  # bytes of a node's object store


def main() -> None:
    """`python ray_nodes.py N`: a head without cores, and N nodes with one each."""
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "include_dashboard": False, "object_store_memory": SMALL},
    )
    nodes = [cluster.add_node(num_cpus=1, object_store_memory=SMALL, wait=False) for _ in range(int(sys.argv[1]))]
    cluster.wait_for_nodes()
    print(cluster.address, flush=True)
    for _ in sys.stdin:
        cluster.remove_node(nodes.pop(), allow_graceful=False)
        print("killed", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
