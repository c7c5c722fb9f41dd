"""What a workflow file suggests about the package that it could become. Nothing in it is made up."""

import re
from collections import Counter
from typing import Any, get_args

import msgspec

from blok.workflow import Description, detect_generation, normalise, slug
from blokhub.services.content.contract import Category, VersionText
from blokhub.services.content.domain.readme import write_readme
from blokhub.services.content.domain.vocabulary import HOSTS, NODES, TAGS_OF_NODES, TRIGGERS, WORDS

_MOST_TAGS = 6
_WORD = re.compile(r"[a-z][a-z0-9]+")
_FIRST_VERSION = "1.0.0"


class Proposal(msgspec.Struct, frozen=True):
    """Fields of a new package, as the file suggests them; the author decides."""

    name: str
    title: str
    summary: str
    category: Category
    tags: list[str]
    readme: str
    version: str


def propose(definition: dict[str, Any], found: Description) -> Proposal:
    """Read a proposal from a definition and its description."""
    title = str(definition.get("name") or "").strip()[:200]
    summary = definition.get("description")
    workflow = normalise(definition, generation=detect_generation(definition))
    name = slug(title)
    return Proposal(
        name=name if len(name) > 1 else "workflow",
        title=title or "Workflow",
        summary=summary.strip()[:1000] if isinstance(summary, str) else "",
        category=category_of(found, _texts(definition)),
        tags=tags_of(found),
        readme=write_readme(workflow, found),
        version=_version(definition.get("version")),
    )


def category_of(found: Description, texts: tuple[str, str]) -> Category:
    """The category that most of its nodes, triggers, hosts and words speak for; `other` when none does.

    `texts` are its title and its description.
    """
    votes: Counter[str] = Counter()
    for node in {_plain(node) for node in found.nodes}:
        votes.update(NODES.get(node, {}))
    for trigger in found.triggers:
        votes.update(TRIGGERS.get(trigger, {}))
    for part in {part for host in found.hosts for part in host.split(".")}:
        votes.update(HOSTS.get(part, {}))
    for text, weight in zip(texts, (3, 1), strict=True):
        for word in set(_WORD.findall(text.lower())):
            for beginning, category in WORDS.items():
                if word.startswith(beginning):
                    votes[category] += weight
    known: tuple[Category, ...] = get_args(Category)
    best = max(known, key=lambda category: votes[category])
    return best if votes[best] > 0 else "other"


def tags_of(found: Description) -> list[str]:
    """Tags from its triggers, the nodes that say what it is about, and the services that it contacts."""
    tags = [trigger for trigger in found.triggers if trigger not in ("http", "manual")]
    tags += [TAGS_OF_NODES[name] for node in found.nodes if (name := _plain(node)) in TAGS_OF_NODES]
    tags += [slug(service)[:30].rstrip("-") for host in found.hosts if (service := _service(host))]
    return [tag for tag in dict.fromkeys(tags) if tag][:_MOST_TAGS]


def _service(host: str) -> str:
    """The part of a host that names who runs it; nothing for addresses and for hosts of examples."""
    parts = host.split(".")
    if len(parts) < 2 or "example" in parts or parts[-1].isdigit():
        return ""
    return parts[-3] if len(parts) > 2 and len(parts[-1]) == 2 and len(parts[-2]) <= 3 else parts[-2]


def _plain(node: str) -> str:
    return node.rpartition("/")[2]


def _texts(definition: dict[str, Any]) -> tuple[str, str]:
    return str(definition.get("name") or ""), str(definition.get("description") or "")


def _version(given: Any) -> str:
    try:
        return msgspec.convert(given, VersionText)
    except msgspec.ValidationError:
        return _FIRST_VERSION
