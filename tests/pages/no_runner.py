"""A runner for pages whose jobs only have to be asked for."""

from recsys_core.runs.jobs import Job, Jobs, Spec
from recsys_core.runs.store import Workspace


class NoRunner:
    """Takes jobs in and does none of them."""

    def __init__(self, workspace: Workspace) -> None:
        self.jobs = Jobs(workspace.database)

    def submit(self, spec: Spec, request: str = "") -> Job:
        return self.jobs.submit(spec, request)
