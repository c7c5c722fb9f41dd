"""What others may know of packages: the vocabulary, the events, the names of the errors and rules."""

from typing import Annotated, Any, Literal

import msgspec

from blokhub.kernel.events import Event, event

Kind = Literal["workflow", "node"]
Visibility = Literal["public", "unlisted", "private"]
Category = Literal[
    "data-processing",
    "api-integration",
    "automation",
    "validation",
    "scheduling",
    "analytics",
    "authentication",
    "file-processing",
    "notification",
    "database",
    "ai",
    "other",
]
PackageName = Annotated[
    str,
    msgspec.Meta(
        pattern="^[a-z][a-z0-9-]{0,62}[a-z0-9]$",
        description="2 to 64 lower-case letters, digits and hyphens, beginning with a letter.",
    ),
]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Summary = Annotated[str, msgspec.Meta(max_length=1000)]
Readme = Annotated[str, msgspec.Meta(max_length=100_000)]
Tag = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,29}$")]
Tags = Annotated[list[Tag], msgspec.Meta(max_length=10)]
License = Annotated[
    str,
    msgspec.Meta(pattern=r"^[A-Za-z0-9.+ ()-]{1,64}$", description="An SPDX expression, such as Apache-2.0."),
]
VersionText = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$",
        max_length=64,
        description="A semantic version, such as 1.2.3 (semver.org).",
    ),
]


class Metadata(msgspec.Struct, frozen=True):
    """What a package says of itself."""

    title: str
    summary: str
    readme: str
    category: Category
    tags: list[str]
    license: str
    visibility: Visibility


class SketchStep(msgspec.Struct, frozen=True):
    """A step without its data: the node that it uses, or its kind (`branch`, `forEach`, …) with its arms."""

    use: str
    arms: list[list["SketchStep"]] = []


class Outline(msgspec.Struct, frozen=True):
    """What a definition uses and touches, read without running it.

    `sketch` is its shape: the trigger (`trigger:http`) first, 24 steps and three levels at most.
    """

    nodes: list[str] = []
    triggers: list[str] = []
    hosts: list[str] = []
    step_count: int = 0
    generation: int = 2
    sketch: list[SketchStep] = []


class ExampleRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The request of an example. `params` is needed only where the workflow's own path does not tell them."""

    method: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{3,10}$")] | None = None
    path: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    params: dict[str, str] = {}
    body: Any = None


class ExampleResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer that was recorded; without `body`, any body will do."""

    status: Annotated[int, msgspec.Meta(ge=100, le=599)]
    body: Any = msgspec.UNSET


class NodeError(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a node of the hub failed."""

    code: Annotated[int, msgspec.Meta(ge=400, le=599)]
    message: Annotated[str, msgspec.Meta(max_length=1000)]


class Fixture(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What stands in for the world outside: the answer of an address, or that of a node of the hub.

    With `url` (which may hold `*`): `method`, `status`, `headers` and `body` of the recorded answer. With
    `node`: `output` or `error`, for a call with exactly these `inputs`, or for any call when absent.
    """

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)] | None = None
    method: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z]{3,10}|\*)$")] = "GET"
    status: Annotated[int, msgspec.Meta(ge=100, le=599)] = 200
    headers: dict[str, str] = {}
    body: Any = None
    node: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    inputs: dict[str, Any] | None = None
    output: Any = None
    error: NodeError | None = None

    def __post_init__(self) -> None:
        """Raise ValueError unless it is either of an address or of a node."""
        if (self.url is None) == (self.node is None):
            raise ValueError("A fixture has either `url` or `node`.")


Fixtures = Annotated[list[Fixture], msgspec.Meta(max_length=100)]


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request, how the workflow must answer it, and what the world outside says meanwhile.

    Without a `response` it is only run: the workflow must come to an end.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    request: ExampleRequest = msgspec.field(default_factory=ExampleRequest)
    response: ExampleResponse | None = None
    fixtures: Fixtures = []


class Ancestor(msgspec.Struct, frozen=True):
    """Where a fork came from."""

    package_id: str
    owner_id: str
    owner: str
    name: str
    version: str


@event("content.package.created")
class PackageCreated(Event, frozen=True):
    """A package came to be, still without a version."""

    package_id: str
    owner_id: str
    owner: str
    kind: Kind
    name: str
    metadata: Metadata
    forked_from: Ancestor | None = None


@event("content.package.forked")
class PackageForked(Event, frozen=True):
    """A package was made from a version of another; recorded with the new one."""

    package_id: str
    owner_id: str
    owner: str
    name: str
    parent_id: str
    parent_owner_id: str
    parent_owner: str
    parent_name: str
    parent_version: str


@event("content.package.updated")
class PackageUpdated(Event, frozen=True):
    """What the package says of itself changed."""

    package_id: str
    owner: str
    name: str
    metadata: Metadata


@event("content.package.deleted")
class PackageDeleted(Event, frozen=True):
    """The package is gone, and its name is free again."""

    package_id: str
    owner: str
    name: str


@event("content.package.deprecated")
class PackageDeprecated(Event, frozen=True):
    """Nobody should begin to use it; `message` says what to use instead. Empty: no longer deprecated."""

    package_id: str
    owner: str
    name: str
    message: str


@event("content.package.draft_saved")
class DraftSaved(Event, frozen=True):
    """The owner's working copy changed."""

    package_id: str
    digest: str


@event("content.package.version_submitted")
class VersionSubmitted(Event, frozen=True):
    """A version is to be published; the saga `saga_id` sees to it."""

    package_id: str
    owner: str
    name: str
    kind: Kind
    version: str
    digest: str
    changelog: str
    saga_id: str
    examples_digest: str = ""


@event("content.package.version_validated")
class VersionValidated(Event, frozen=True):
    """The definition keeps the rules of its format; `warnings` are hints."""

    package_id: str
    version: str
    outline: Outline
    warnings: list[str]


@event("content.package.dry_run_requested")
class DryRunRequested(Event, frozen=True):
    """A submitted version is to be tried in the sandbox."""

    package_id: str
    owner: str
    name: str
    kind: Kind
    version: str
    digest: str
    saga_id: str
    examples_digest: str = ""


@event("content.package.dry_run_passed")
class DryRunPassed(Event, frozen=True):
    """The sandbox could load the submitted version, and all of its `examples` answered as recorded."""

    package_id: str
    version: str
    examples: int


@event("content.package.version_published")
class VersionPublished(Event, frozen=True):
    """A version can be found, read, run and installed by whoever may see the package."""

    package_id: str
    owner_id: str
    owner: str
    name: str
    kind: Kind
    metadata: Metadata
    version: str
    digest: str
    changelog: str
    outline: Outline
    first: bool
    saga_id: str
    forked_from: Ancestor | None = None
    examples_digest: str = ""


@event("content.package.version_indexed")
class VersionIndexed(Event, frozen=True):
    """The search index has the version."""

    package_id: str
    version: str


@event("content.package.version_withdrawn")
class VersionWithdrawn(Event, frozen=True):
    """A publication did not come to its end; the version is as if it had never been submitted."""

    package_id: str
    owner: str
    name: str
    version: str
    was_published: bool
    latest: str | None
    problem: dict[str, Any]


@event("content.package.version_yanked")
class VersionYanked(Event, frozen=True):
    """A published version should not be newly installed; those who have it locked still get it."""

    package_id: str
    owner: str
    name: str
    version: str
    reason: str
    latest: str | None


EVENTS: tuple[type[Event], ...] = (
    PackageCreated,
    PackageForked,
    PackageUpdated,
    PackageDeleted,
    PackageDeprecated,
    DraftSaved,
    VersionSubmitted,
    VersionValidated,
    DryRunRequested,
    DryRunPassed,
    VersionPublished,
    VersionIndexed,
    VersionWithdrawn,
    VersionYanked,
)

# The step of the publishing saga that waits for the sandbox, and the one that waits for the index.
PUBLISHING = "publish"
STEPS = ("validate", "dry-run", "publish", "index")

# Stable names of the errors, and of the rules behind `rule_broken`.
NAME_TAKEN = "name_taken"
PUBLICATION_RUNNING = "publication_running"
DEFINITION_REFUSED = "definition_refused"
RULE_VERSION_RISES = "content.version_rises"
RULE_HAS_DEFINITION = "content.version_has_a_definition"
RULE_OWNER_ONLY = "content.only_the_owner_changes_a_package"
RULE_EXAMPLES = "content.examples_belong_to_workflows"
RULE_DERIVATIVES = "content.license_allows_forks"
RULE_YANK_PUBLISHED = "content.only_a_published_version_is_yanked"
RULE_DELETE = "content.a_used_package_is_not_deleted"
