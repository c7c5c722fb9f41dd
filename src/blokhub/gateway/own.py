"""The gateway's own application: composed pages, the state of the system, the reference."""

from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide

from blokhub.gateway import pages, reference, reports, system
from blokhub.gateway.state import GatewayState, TheGateway
from blokhub.infra import signing
from blokhub.infra.problems import HANDLERS
from blokhub.infra.signing import ContextSigner
from blokhub.kernel.context import Context
from blokhub.kernel.ids import new_id


def build_own(state: GatewayState, signer: ContextSigner) -> Litestar:
    """The ASGI application behind the paths that belong to no service."""

    # It asks for the gateway only to come after it: dependencies of one rank cost a group of tasks.
    def context_of(request: Request[Any, Any, Any], gateway: TheGateway) -> Context:  # noqa: ARG001
        signed = request.headers.get(signing.HEADER)
        return (signer.read(signed) if signed else None) or Context(correlation=new_id())

    return Litestar(
        route_handlers=[*pages.ROUTES, *system.ROUTES, *reference.ROUTES, *reports.ROUTES],
        dependencies={
            "gateway": Provide(lambda: state, sync_to_thread=False),
            "context": Provide(context_of, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        openapi_config=reference.OWN_OPENAPI,
        logging_config=None,
    )
