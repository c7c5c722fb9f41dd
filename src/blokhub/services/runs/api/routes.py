"""The HTTP routes of runs."""

import asyncio
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
from blokhub.kernel.errors import InvalidInput, NotFound, Unavailable
from blokhub.kernel.ids import new_id
from blokhub.services.content.contract import Example, ExampleRequest, Fixtures, VersionText
from blokhub.services.runs import commands, queries
from blokhub.services.runs.api.host_nodes import HostNodes
from blokhub.services.runs.contract import HOST_NODES
from blokhub.services.runs.queries import RunView


class NewRun(msgspec.Struct, forbid_unknown_fields=True):
    """What to run: a published package (`owner/name`, the latest version by default), or a definition.

    A package is run with the fixtures of its `example`, or with those of all its examples; the `request` is
    that of the example when it is absent. `fixtures` come with a definition of one's own.
    """

    package: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]+/[a-z0-9-]+$", max_length=110)] | None = None
    version: VersionText | None = None
    example: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    definition: dict[str, Any] | None = None
    fixtures: Fixtures = []
    request: ExampleRequest | None = None


@post("/api/runs", status_code=201, summary="Run a workflow")
async def run_workflow(host: TheHost, context: TheContext, data: JSONBody[NewRun]) -> Response[RunView]:
    """Run a workflow in the sandbox, and answer with its response and the trace of every step.

    Anyone may run what is published; to run a definition of one's own takes a token.
    """
    started = clock.now()
    source = await _source(host, context, data)
    request = commands.request_of(source.request)
    hosts = tuple(each.strip() for each in host.settings.run_hosts.split(",") if each.strip())
    fixtures = tuple(msgspec.to_builtins(source.fixtures))
    job = Job(source.definition, request, tuple(HOST_NODES), fixtures, allowed_hosts=hosts)
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
    request: ExampleRequest
    fixtures: Fixtures
    package_id: str = ""
    version: str = ""


async def _source(host: TheHost, context: TheContext, data: NewRun) -> _Source:
    """What to run, with what. Raises InvalidInput, NotAuthenticated or NotFound."""
    if (data.package is None) == (data.definition is None):
        raise InvalidInput("Give either `package` or `definition`.", pointer="/package")
    if data.definition is None:
        if data.fixtures:
            raise InvalidInput("A package brings its own fixtures.", pointer="/fixtures")
        return await _published(host, context, data)
    if data.example is not None:
        raise InvalidInput("Examples are those of a package.", pointer="/example")
    context.require_actor()
    request = data.request or ExampleRequest()
    return _Source(data.definition, digest(data.definition), request, data.fixtures)


async def _published(host: TheHost, context: TheContext, data: NewRun) -> _Source:
    base = f"/api/packages/{data.package}"
    version = f"{base}/versions/{quote(data.version or 'latest', safe='')}"
    package, definition, recorded = await asyncio.gather(
        *(
            host.clients.call("content", "GET", target, context)
            for target in (base, f"{version}/definition", f"{version}/examples")
        )
    )
    if any(answer.status >= 500 for answer in (package, definition, recorded)):
        raise Unavailable(
            "The service that keeps packages does not answer. Try again in a moment.", retry_after=2
        )
    if not (definition.ok and package.ok and recorded.ok):
        raise NotFound(
            f"There is no {data.package} {data.version or 'with a published version'} to run.",
            pointer="/package",
        )
    examples = msgspec.json.decode(recorded.body, type=list[Example])
    example = commands.find_example(examples, data.example) if data.example is not None else None
    return _Source(
        definition=definition.json(),
        digest=definition.headers["blok-digest"].removeprefix("sha256:"),
        request=data.request or (example.request if example else ExampleRequest()),
        fixtures=example.fixtures if example else commands.all_fixtures(examples),
        package_id=package.json()["id"],
        version=definition.headers["blok-version"],
    )


ROUTES = [run_workflow, read_run]
