"""`blok search`, `show`, `versions`, `lineage`."""

import sys
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.markdown import Markdown
from rich.text import Text
from rich.tree import Tree

from blok.cli.hub_client.client import HubClient, open_hub
from blok.cli.hub_client.display import day, one_line, plain, table
from blok.cli.hub_client.reference import HubOption, JsonOption, Reference
from blok.cli.output import console, print_json

Several = Parameter(negative=())


def search(
    *words: str,
    kind: Literal["workflow", "node"] | None = None,
    category: str | None = None,
    tag: Annotated[list[str] | None, Several] = None,
    node: Annotated[list[str] | None, Several] = None,
    owner: str | None = None,
    sort: Literal["relevance", "updated", "name"] = "relevance",
    page: int = 1,
    per_page: int = 20,
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Search the packages of a hub.

    Parameters
    ----------
    words
        What to look for; everything when nothing is given.
    kind
        Only workflows, or only nodes.
    category
        Only packages of this category.
    tag
        Only packages with this tag; may be repeated.
    node
        Only workflows that use this node; may be repeated.
    owner
        Only packages of this account.
    sort
        The order.
    page
        The page, from 1.
    per_page
        How many on a page, up to 100.
    """
    wish = {
        "q": " ".join(words),
        "kind": kind,
        "category": category,
        "tag": tag,
        "node": node,
        "owner": owner,
    }
    params: dict[str, Any] = {key: value for key, value in wish.items() if value}
    params |= {"sort": sort, "page": page, "per_page": per_page}
    with open_hub(hub, as_json=json_output) as client:
        answer = client.get("/api/search", params=params)
        if json_output:
            print_json(answer)
        else:
            _print_hits(answer, page, per_page)


def _print_hits(answer: dict[str, Any], page: int, per_page: int) -> None:
    hits, total = answer["hits"], answer["total"]
    if not hits:
        console().print("Nothing was found. Try fewer or other words.")
        return
    if answer.get("relaxed"):
        console().print("[dim]Nothing has exactly these words; these come near.[/]")
    rows = [
        (
            f"{hit['owner']}/{hit['name']}",
            hit["version"],
            hit["kind"],
            hit["summary"] or hit["title"]
            if not hit.get("deprecated")
            else f"DEPRECATED: {hit['deprecated']}",
        )
        for hit in hits
    ]
    console().print(table(("package", "version", "kind", "what it does"), rows))
    first = (page - 1) * per_page + 1
    more = f"; the next page: --page {page + 1}" if first + len(hits) - 1 < total else ""
    console().print(f"[dim]{first}-{first + len(hits) - 1} of {total}{more}[/]")
    for facet in ("category", "tag"):
        values = sorted((answer.get("facets") or {}).get(facet, {}).items(), key=lambda item: -item[1])[:6]
        if len(values) > 1:
            counts = ", ".join(f"{one_line(value)} {count}" for value, count in values)
            console().print(f"--{facet}: {counts}", style="dim", markup=False)


def show(
    package: str,
    /,
    *,
    definition: Annotated[bool, Parameter(negative=())] = False,
    encoding: Annotated[Literal["json", "yaml", "toml"], Parameter(name="--format")] = "json",
    hub: HubOption = None,
    json_output: JsonOption = False,
) -> None:
    """Show a package: what it does, its versions, its README.

    Parameters
    ----------
    package
        OWNER/NAME, or OWNER/NAME@VERSION.
    definition
        Print the definition itself instead.
    encoding
        The encoding of the definition.
    """
    with open_hub(hub, as_json=json_output) as client:
        reference = client.reference(package)
        if definition:
            sys.stdout.write(_definition(client, reference, encoding))
            return
        facts = client.get(reference.path)
        if reference.version or facts["latest"]:
            facts["version"] = client.get(reference.version_path)
        if json_output:
            print_json(facts)
        else:
            _print_package(reference, facts)


def _definition(client: HubClient, reference: Reference, encoding: str) -> str:
    answer = client.request("GET", f"{reference.version_path}/definition", params={"format": encoding})
    return plain(answer.text) if sys.stdout.isatty() else answer.text


def _print_package(reference: Reference, facts: dict[str, Any]) -> None:
    out = console()
    out.print(Text(one_line(facts["title"]), style="bold"))
    out.print(Text(one_line(facts["summary"])))
    if facts.get("deprecated"):
        out.print(Text(f"Deprecated: {one_line(facts['deprecated'])}", style="yellow"))
    version = facts.get("version") or {}
    outline = version.get("outline") or {}
    parent = facts.get("forked_from")
    rows = {
        "package": f"{facts['owner']}/{facts['name']} ({facts['kind']}, {facts['visibility']})",
        "version": f"{version.get('version', 'none yet')}"
        + (" - YANKED" if version.get("state") == "yanked" else "")
        + (f", {day(version.get('published_at'))}" if version.get("published_at") else ""),
        "digest": f"sha256:{version['digest']}" if version else "",
        "category": ", ".join([facts["category"], *facts["tags"]]),
        "license": facts["license"],
        "uses": ", ".join(outline.get("nodes", [])),
        "contacts": ", ".join(outline.get("hosts", [])),
        "forked from": f"{parent['owner']}/{parent['name']}@{parent['version']}" if parent else "",
        "forks": facts["fork_count"] or "",
        "changed": day(facts["updated_at"]),
    }
    out.print()
    out.print(table(("", ""), [(label, value) for label, value in rows.items() if value]))
    if facts["readme"]:
        out.print()
        out.print(Markdown(plain(facts["readme"]), hyperlinks=False))
    if version:
        out.print(f"\n[dim]blok run {reference.address} · blok install {reference.address}[/]")


def versions(package: str, /, *, hub: HubOption = None, json_output: JsonOption = False) -> None:
    """List the versions of a package, the newest first.

    Parameters
    ----------
    package
        OWNER/NAME.
    """
    with open_hub(hub, as_json=json_output) as client:
        found = client.get(f"{client.reference(package).path}/versions")
        if json_output:
            print_json(found)
            return
        if not found:
            console().print("It has no version yet.")
            return
        rows = [
            (
                each["version"],
                each["state"] + (f": {each['yanked']}" if each.get("yanked") else ""),
                day(each["published_at"] or each["submitted_at"]),
                each["digest"][:12],
                each["changelog"],
            )
            for each in found
        ]
        console().print(table(("version", "state", "date", "digest", "changes"), rows))


def lineage(package: str, /, *, hub: HubOption = None, json_output: JsonOption = False) -> None:
    """Show where a package comes from, and what was made of it.

    Parameters
    ----------
    package
        OWNER/NAME.
    """
    with open_hub(hub, as_json=json_output) as client:
        reference = client.reference(package)
        found = client.get(f"{reference.path}/lineage")
        if json_output:
            print_json(found)
            return
        tree: Tree | None = None
        branch: Tree | None = None
        for relative in [*reversed(found["ancestors"]), {"owner": reference.owner, "name": reference.name}]:
            label = _relative(relative, is_here=relative is not None and "version" not in relative)
            if branch is None:
                tree = branch = Tree(label)
            else:
                branch = branch.add(label)
        for relative in found["forks"]:
            if branch is not None:
                branch.add(_relative(relative))
        if tree is not None:
            console().print(tree)


def _relative(relative: dict[str, Any], *, is_here: bool = False) -> Text:
    version = f"@{relative['version']}" if relative.get("version") else ""
    label = Text(
        one_line(f"{relative['owner']}/{relative['name']}{version}"), style="bold" if is_here else ""
    )
    if relative.get("title"):
        label.append(f"  {one_line(relative['title'], 60)}", style="dim")
    return label
