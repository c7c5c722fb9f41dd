"""What routes are handed by name: trusted objects of ours, which the framework need not validate."""

from typing import Annotated

from litestar.params import Dependency

from blokhub.infra.host import Host
from blokhub.kernel.context import Context

TheHost = Annotated[Host, Dependency(skip_validation=True)]
TheContext = Annotated[Context, Dependency(skip_validation=True)]
