"""Long work with progress: queued in a table, done by a process of its own, cancellable.

A service has `JOBS_V1_UP` in a migration, queues with `enqueue` and runs a `JobRunner` in a
process beside its worker, so that heavy work never shares an interpreter with live posting.
"""

from shared.jobs.queue import JobRow, cancel, enqueue, get, get_some, page
from shared.jobs.runner import Cancelled, Job, JobRunner, Work

__all__ = [
    "Cancelled",
    "Job",
    "JobRow",
    "JobRunner",
    "Work",
    "cancel",
    "enqueue",
    "get",
    "get_some",
    "page",
]
