"""The routes for authors: what the hub says of a file before it is sent, and what files may contain."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody

from blok.workflow import definition_schema
from blokhub.services.content import commands
from blokhub.services.content.api.shapes import Encoding
from blokhub.services.content.commands import NodeFacts, Reading

_MAX_BYTES = 512 * 1024
_KEPT = {"Cache-Control": "public, max-age=300"}
# Reading a large file takes a second of a core: authors wait for each other, and for nobody else.
_slots = asyncio.Semaphore(2)


class FileToLint(msgspec.Struct, forbid_unknown_fields=True):
    """The text of a workflow file."""

    text: Annotated[str, msgspec.Meta(max_length=_MAX_BYTES)]
    format: Encoding = "json"
    kind: Literal["workflow"] = "workflow"


@post("/api/lint", status_code=200, summary="Check a workflow file")
async def lint(data: JSONBody[FileToLint]) -> Reading:
    """The problems of a file, its outline, and a proposal for the package that it could become.

    A file with errors is a valid question: problems are part of the answer. Nothing is kept.
    """
    async with _slots:
        return await asyncio.to_thread(commands.read_workflow, data.text, data.format)


@get("/api/reference/workflow-schema", summary="The JSON Schema of workflow files", sync_to_thread=False)
def workflow_schema(generation: FromQuery[Literal[1, 2]] = 2) -> Response[dict[str, Any]]:
    """JSON Schema (draft 2020-12) of the files of a generation, for editors."""
    return Response(definition_schema(generation), headers=_KEPT)


@get("/api/reference/nodes", summary="The nodes that workflows can use", sync_to_thread=False)
def nodes() -> Response[list[NodeFacts]]:
    """Every built-in node and every node of this hub, with the schemas of what goes in and comes out."""
    return Response(list(commands.node_facts()), headers=_KEPT)


ROUTES = [lint, workflow_schema, nodes]
