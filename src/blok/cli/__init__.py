"""The ``blok`` command."""
