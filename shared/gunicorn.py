"""Gunicorn's settings, the same for every service, from the environment."""

import gc
import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WORKERS", "1"))
threads = int(os.environ.get("THREADS", "32"))
# Longer than the edge keeps its connections, so that the edge is the one to close.
keepalive = 75
# Who only watches connects anew by itself, so nobody waits for those.
graceful_timeout = int(os.environ.get("GRACEFUL_TIMEOUT", "10"))
# Heartbeats in memory: on a slow disk they would be taken for a hang.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112
# It would lie in the user's home, one for all services, and in a container nowhere.
control_socket_disable = True
forwarded_allow_ips = os.environ.get("EDGE_ADDRESSES", "127.0.0.1")


def post_worker_init(_worker: object) -> None:
    """Keep the garbage collector from walking through all that was imported, again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
