"""Reads the generated tables, each when it is first asked for."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from datetime import date, datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DATA = HERE / "data"
HAND = HERE / "hand"
NAME = re.compile(r"[a-z_]{1,64}(/[\w-][\w.-]{0,99})?", re.ASCII)


class CatalogError(Exception):
    """A catalog file that is missing or cannot be read; its text is one line."""

    # Evaluation tells a user the text of such an exception, and no other's.
    is_public = True


@cache
def load(name: str) -> Any:
    """The content of the generated table, or part of a table, with this name.

    `load("instance_types")` reads `data/instance_types.json.gz`, `load("iam/s3")` reads
    `data/iam/s3.json.gz`. The result is shared: callers must not change it.
    Raises CatalogError when the file is missing or corrupt.
    """
    return _parse(DATA / f"{name}.json.gz")


@cache
def hand_rows(name: str) -> list[dict[str, Any]]:
    """The rows of the hand-written table `hand/NAME.json`. Raises CatalogError."""
    content = _parse(HAND / f"{name}.json")
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise CatalogError(f"the catalog file hand/{name}.json has another form than expected")
    return content


@cache
def rows(name: str) -> dict[str, Any]:
    """The part `rows` of `load(name)`. Raises CatalogError, also when it has another form."""
    table = load(name)
    content = table.get("rows") if isinstance(table, dict) else None
    if not isinstance(content, dict):
        raise CatalogError(f"the catalog file data/{name}.json.gz has another form than expected")
    return content


def has(name: str) -> bool:
    """Whether the catalog has a generated table, or part of a table, with this name.

    A name from a user's program may be asked for: only letters, digits, `-`, `_` and `.` and one
    `/` make a name.
    """
    return bool(NAME.fullmatch(name)) and (DATA / f"{name}.json.gz").is_file()


@cache
def manifest() -> dict[str, Any]:
    """The packages that the catalog was made from, and its tables. Raises CatalogError.

    `{"packages": {name: {"version", "released"}}, "tables": {name: {"sources", "rows", "files"}}}`
    """
    content = _parse(DATA / "manifest.json")
    if not isinstance(content, dict) or not content.get("packages"):
        raise CatalogError("the catalog file manifest.json names no packages")
    return content


def generated_on(table: str | None = None) -> date:
    """The day up to which the catalog knows AWS: the release of its newest source.

    With a table, the newest source of that table. Raises CatalogError.
    """
    packages = manifest()["packages"]
    try:
        names = manifest()["tables"][table]["sources"] if table else packages
        return max(date.fromisoformat(packages[name]["released"]) for name in names)
    except (KeyError, TypeError, ValueError):
        raise CatalogError(f"the catalog file manifest.json has no date for {table}") from None


def age_days(table: str | None = None, today: date | None = None) -> int:
    """Days since `generated_on(table)`; `today` defaults to the current day in UTC."""
    return ((today or datetime.now(timezone.utc).date()) - generated_on(table)).days


def _parse(path: Path) -> Any:
    name = path.relative_to(HERE).as_posix()
    try:
        content = path.read_bytes()
        return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    except FileNotFoundError:
        raise CatalogError(f"the catalog file {name} is missing") from None
    except (OSError, ValueError, EOFError, zlib.error):
        raise CatalogError(f"the catalog file {name} is corrupt") from None
