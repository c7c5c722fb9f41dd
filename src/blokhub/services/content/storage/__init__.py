"""The read-tables of packages, their projection, the store of the commands, and the past."""

from blokhub.services.content.storage.past import Change, can_see, changes_of, count_forks_at, package_at
from blokhub.services.content.storage.projection import cache_subjects, projection
from blokhub.services.content.storage.store import PostgresPackages
from blokhub.services.content.storage.tables import DEFINITIONS, EXAMPLES, TABLES, packages, versions

__all__ = [
    "DEFINITIONS",
    "EXAMPLES",
    "TABLES",
    "Change",
    "PostgresPackages",
    "cache_subjects",
    "can_see",
    "changes_of",
    "count_forks_at",
    "package_at",
    "packages",
    "projection",
    "versions",
]
