"""The page `docs/catalog.md`: which tables there are, from which sources, how large."""

from __future__ import annotations

from typing import Any

from tools.catalog.fetch import ROOT

PAGE = ROOT / "docs" / "catalog.md"

INTRODUCTION = """\
# The catalog of AWS's facts

Rules ask the catalog what AWS accepts. Its tables are made by `make catalog` from pinned packages
and read lazily by the pack; hand-written tables (`policypack/aws/catalog/hand/`) give a source and
a day of check with each row. A value that the catalog does not know makes a rule silent or
advisory.
"""


def catalog_page(manifest: dict[str, Any]) -> str:
    """The page's text for a manifest of the catalog."""
    return "\n".join([INTRODUCTION, *_packages(manifest), "", *_tables(manifest), ""])


def _packages(manifest: dict[str, Any]) -> list[str]:
    rows = sorted(manifest["packages"].items())
    head = ["## Sources", "", "| package | version | released |", "| --- | --- | --- |"]
    return head + [f"| {name} | {row['version']} | {row['released']} |" for name, row in rows]


def _tables(manifest: dict[str, Any]) -> list[str]:
    rows = sorted(manifest["tables"].items())
    head = ["## Tables", "", "| table | sources | rows | files |", "| --- | --- | ---: | ---: |"]
    return head + [
        f"| {name} | {', '.join(row['sources']) or 'written by hand'} "
        f"| {row['rows']:,} | {row['files']} |"
        for name, row in rows
    ]
