"""The HTTP routes of what people say of packages."""

from litestar import Response, delete, get, put
from litestar.params import FromPath

from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.host import Host
from blokhub.infra.responses import written
from blokhub.kernel.context import Context
from blokhub.kernel.errors import NotFound, Unavailable
from blokhub.services.community import commands, queries
from blokhub.services.community.commands import Package
from blokhub.services.community.queries import PackageCommunity


@put("/api/packages/{owner:str}/{name:str}/star", summary="Star a package")
async def star(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> Response[PackageCommunity]:
    """Say that you like a package. To say it again changes nothing."""
    context.require_actor()
    package = await _package(host, context, owner, name)
    async with host.unit_of_work(context) as work:
        await commands.star(work, package)
    return written(await _community(host, context, package), work)


@delete("/api/packages/{owner:str}/{name:str}/star", status_code=200, summary="Take a star back")
async def unstar(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> Response[PackageCommunity]:
    """Take your star back. Without one, nothing changes."""
    context.require_actor()
    package = await _package(host, context, owner, name)
    async with host.unit_of_work(context) as work:
        await commands.unstar(work, package)
    return written(await _community(host, context, package), work)


@get("/api/community/packages/{owner:str}/{name:str}", summary="What people say of a package")
async def read_community(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> PackageCommunity:
    """How many have starred a package, and whether you have."""
    return await _community(host, context, await _package(host, context, owner, name))


async def _community(host: Host, context: Context, package: Package) -> PackageCommunity:
    async with host.read() as connection:
        return await queries.find_community(connection, package.id, context.actor)


async def _package(host: Host, context: Context, owner: str, name: str) -> Package:
    """The package at an address, if the caller may see it. Raises NotFound or Unavailable."""
    answer = await host.clients.call("content", "GET", f"/api/packages/{owner}/{name}", context)
    if answer.status == 404:
        raise NotFound(f"There is no package {owner}/{name}, or it is not yours to see.")
    if not answer.ok:
        raise Unavailable("Packages cannot be looked up at this moment.", retry_after=2)
    return Package(answer.json()["id"], owner, name)


ROUTES = [star, unstar, read_community]
