"""What clients send about packages, and the answers that only a route forms."""

from typing import Annotated, Any, Literal

import msgspec

from blokhub.services.content.contract import (
    Category,
    Example,
    Kind,
    License,
    PackageName,
    Readme,
    Summary,
    Tags,
    Title,
    VersionText,
    Visibility,
)

Encoding = Literal["json", "yaml", "toml"]
Expected = Annotated[int, msgspec.Meta(ge=1, description="The revision that the change is meant for.")] | None


class NewPackage(msgspec.Struct, forbid_unknown_fields=True):
    """What it takes to make a package."""

    kind: Kind
    name: PackageName
    title: Title
    summary: Summary = ""
    readme: Readme = ""
    category: Category = "other"
    tags: Tags = []
    license: License = "Apache-2.0"
    visibility: Visibility = "public"


class PackageChange(msgspec.Struct, forbid_unknown_fields=True):
    """Fields to change; absent ones stay as they are."""

    title: Title | msgspec.UnsetType = msgspec.UNSET
    summary: Summary | msgspec.UnsetType = msgspec.UNSET
    readme: Readme | msgspec.UnsetType = msgspec.UNSET
    category: Category | msgspec.UnsetType = msgspec.UNSET
    tags: Tags | msgspec.UnsetType = msgspec.UNSET
    license: License | msgspec.UnsetType = msgspec.UNSET
    visibility: Visibility | msgspec.UnsetType = msgspec.UNSET
    expected_revision: Expected = None


class DraftBody(msgspec.Struct, forbid_unknown_fields=True):
    """A definition: an object, or the text of a file in `format`."""

    definition: dict[str, Any] | str
    format: Encoding | None = None
    expected_revision: Expected = None


class Draft(msgspec.Struct, frozen=True):
    """The owner's working copy."""

    digest: str
    definition: Any
    revision: int


class NewVersion(msgspec.Struct, forbid_unknown_fields=True):
    """A version to publish: the given definition, or else the draft, with its recorded examples."""

    version: VersionText
    changelog: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    definition: dict[str, Any] | str | None = None
    format: Encoding | None = None
    examples: Annotated[list[Example], msgspec.Meta(max_length=20)] | None = None
    expected_revision: Expected = None


class Accepted(msgspec.Struct, frozen=True):
    """A publication has begun; its saga tells how it goes."""

    saga_id: str
    saga: str
    owner: str
    name: str
    version: str


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    """Why a version is yanked."""

    reason: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class Deprecation(msgspec.Struct, forbid_unknown_fields=True):
    """What to use instead; empty takes the deprecation back."""

    message: Annotated[str, msgspec.Meta(max_length=1000)] = "This package is no longer maintained."


class ForkRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The name of the fork (the parent's when absent), and the version to begin with (the latest)."""

    name: PackageName | None = None
    version: VersionText | None = None
