"""The Blok runtime: typed nodes wired into workflow files, each served as an HTTP endpoint."""
