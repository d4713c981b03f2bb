"""Makes program folders for tests."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent


def write_program(
    folder: Path,
    source: str,
    *,
    project: str = "name: shop\nruntime: python\n",
    files: dict[str, str] | None = None,
) -> Path:
    """Write Pulumi.yaml, __main__.py and further files by relative path; return the folder."""
    every = {"Pulumi.yaml": project, "__main__.py": source, **(files or {})}
    for name, text in every.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    return folder
