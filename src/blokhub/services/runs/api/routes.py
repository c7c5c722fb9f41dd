"""The HTTP routes of runs."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from blok.workflow import digest
from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.responses import written
from blokhub.infra.sandbox import Job
from blokhub.kernel import clock
from blokhub.kernel.errors import InvalidInput, NotFound
from blokhub.kernel.ids import new_id
from blokhub.services.content.contract import VersionText
from blokhub.services.runs import commands, queries
from blokhub.services.runs.api.host_nodes import HostNodes
from blokhub.services.runs.contract import HOST_NODES
from blokhub.services.runs.queries import RunView


class RunRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The HTTP request that the workflow is to answer."""

    method: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{3,10}$")] | None = None
    path: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    body: Any = None


class NewRun(msgspec.Struct, forbid_unknown_fields=True):
    """What to run: a published package (`owner/name`, the latest version by default), or a definition."""

    package: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]+/[a-z0-9-]+$", max_length=110)] | None = None
    version: VersionText | None = None
    definition: dict[str, Any] | None = None
    request: RunRequest = msgspec.field(default_factory=RunRequest)


@post("/api/runs", status_code=201, summary="Run a workflow")
async def run_workflow(host: TheHost, context: TheContext, data: JSONBody[NewRun]) -> Response[RunView]:
    """Run a workflow in the sandbox, and answer with its response and the trace of every step.

    Anyone may run what is published; to run a definition of one's own takes a token.
    """
    started = clock.now()
    source = await _source(host, context, data)
    request = {
        name: value for name, value in msgspec.structs.asdict(data.request).items() if value is not None
    }
    hosts = tuple(each.strip() for each in host.settings.run_hosts.split(",") if each.strip())
    job = Job(source.definition, request, tuple(HOST_NODES), allowed_hosts=hosts)
    execution = await host.parts["sandbox"].execute(job, HostNodes(host, context).call)
    hidden = commands.without_secrets
    run = commands.Run(
        id=new_id(),
        actor_id=context.actor.id if context.actor else None,
        package_id=source.package_id,
        address=data.package or "",
        version=source.version,
        digest=source.digest,
        status=execution.status,
        request=hidden(request),
        response=execution.response,
        trace=hidden(execution.trace),
        problem=execution.problem,
        duration_ms=execution.duration_ms,
        started_at=started,
    )
    async with host.unit_of_work(context) as work:
        await commands.record(work, run)
    async with host.read() as connection:
        view = await queries.find_run(connection, run.id, context.actor)
    return written(view, work, status=201, headers={"Location": f"/api/runs/{run.id}"})


@get("/api/runs/{run_id:uuid}", summary="A run and its trace")
async def read_run(host: TheHost, context: TheContext, run_id: FromPath[Any]) -> RunView:
    """A finished run. One that was made with a token is seen by that account only."""
    async with host.read() as connection:
        return await queries.find_run(connection, str(run_id), context.actor)


class _Source(msgspec.Struct, frozen=True):
    definition: dict[str, Any]
    digest: str
    package_id: str = ""
    version: str = ""


async def _source(host: TheHost, context: TheContext, data: NewRun) -> _Source:
    """The definition to run. Raises InvalidInput, NotAuthenticated or NotFound."""
    if (data.package is None) == (data.definition is None):
        raise InvalidInput("Give either `package` or `definition`.", pointer="/package")
    if data.definition is not None:
        context.require_actor()
        return _Source(data.definition, digest(data.definition))
    base = f"/api/packages/{data.package}"
    version = quote(data.version or "latest", safe="")
    package = await host.clients.call("content", "GET", base, context)
    target = f"{base}/versions/{version}/definition"
    answer = await host.clients.call("content", "GET", target, context)
    if not (answer.ok and package.ok):
        raise NotFound(
            f"There is no {data.package} {data.version or 'with a published version'} to run.",
            pointer="/package",
        )
    return _Source(
        definition=answer.json(),
        digest=answer.headers["blok-digest"].removeprefix("sha256:"),
        package_id=package.json()["id"],
        version=answer.headers["blok-version"],
    )


ROUTES = [run_workflow, read_run]
