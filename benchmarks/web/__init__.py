"""How fast the pages are for a visitor on a slow machine and a slow line."""
