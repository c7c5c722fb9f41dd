"""What routes are handed by name: trusted objects of ours, which the framework need not validate."""

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from blokhub.infra.host import Host
from blokhub.kernel.context import Context

TheHost = SkipValidation[NamedDependency[Host]]
TheContext = SkipValidation[NamedDependency[Context]]
