"""`python -m tools.catalog`: regenerate the catalog, or compare it with what is committed."""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import sys
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.catalog.fetch import ROOT, fetch, say
from tools.catalog.pages import PAGE, catalog_page
from tools.catalog.registry import Table, tables
from tools.catalog.sources import CatalogBuildError, Sources

DATA = ROOT / "policypack" / "aws" / "catalog" / "data"
MANIFEST = "manifest.json"


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when done, 1 when `--check` finds a difference, 2 when the build fails."""
    options = _options(arguments)
    try:
        wanted = _wanted(options.only)
        files = build(fetch(), wanted)
    except CatalogBuildError as error:
        print(f"catalog: {error}", file=sys.stderr)
        return 2
    if options.check:
        return check(files, DATA)
    replace(DATA, files)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(catalog_page(json.loads(files[MANIFEST])), encoding="utf-8")
    say(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.2f} MB, in {DATA.name}/")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.catalog",
        description="Regenerate policypack/aws/catalog/data from the pinned packages.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit 1 and name the tables that differ from a fresh build",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="TABLE",
        help="rebuild these tables and leave the others as they are",
    )
    return parser.parse_args(arguments)


def _wanted(names: list[str] | None) -> list[Table]:
    known = {table.NAME: table for table in tables()}
    for name in names or ():
        if name not in known:
            raise CatalogBuildError(f"there is no table {name}; there are {', '.join(known)}")
    return [table for name, table in known.items() if not names or name in names]


def build(sources: Sources, wanted: Iterable[Table], data: Path = DATA) -> dict[str, bytes]:
    """The files of the tables, of the tables left as they are, and the manifest."""
    wanted = list(wanted)
    kept = _kept(data, {table.NAME for table in wanted})
    rows = dict(_read_manifest(data).get("tables", {})) if kept else {}
    files = dict(kept)
    rows = {name: row for name, row in rows.items() if any(_owner(f) == name for f in kept)}
    for table in wanted:
        started = time.monotonic()
        made = table.build(sources)
        files |= made
        rows[table.NAME] = {
            "sources": sorted(table.SOURCES),
            "rows": sum(_count(made[file]) for file in made if "/_" not in file),
            "files": len(made),
        }
        size = sum(map(len, made.values()))
        say(f"{table.NAME:24}{size / 1e3:8.0f} kB {time.monotonic() - started:6.1f} s")
    files[MANIFEST] = _manifest(sources, rows)
    return files


def _kept(data: Path, replaced: set[str]) -> dict[str, bytes]:
    # With every table rebuilt nothing is kept, so that files of a table that is gone go too.
    others = {table.NAME for table in tables()} - replaced
    found = (path for path in sorted(data.rglob("*.json.gz")) if path.is_file())
    names = {path.relative_to(data).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if _owner(name) in others}


def _owner(file: str) -> str:
    return file.partition("/")[0].removesuffix(".json.gz")


def _count(content: bytes) -> int:
    data = json.loads(gzip.decompress(content))
    rows = data.get("rows", data) if isinstance(data, dict) else data
    return len(rows)


def _read_manifest(data: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((data / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return content


def _manifest(sources: Sources, rows: dict[str, Any]) -> bytes:
    packages = {
        name: {"version": package.version, "released": package.released}
        for name, package in sources.packages.items()
    }
    content = {"packages": packages, "tables": rows}
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def replace(data: Path, files: dict[str, bytes]) -> None:
    """Put the files in the place of the folder `data`, all or none."""
    fresh, old = data.with_name("data.new"), data.with_name("data.old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if data.exists():
        data.rename(old)
    fresh.rename(data)
    shutil.rmtree(old, ignore_errors=True)


def check(files: dict[str, bytes], data: Path) -> int:
    """0 when `data` holds these contents, else 1 with the names of the tables that differ."""
    found = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    names = sorted(found | set(files))
    differing = [name for name in names if _content(files.get(name)) != _read(data / name)]
    stale = {_owner(name) for name in differing}
    page = catalog_page(json.loads(files[MANIFEST]))
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        stale.add(PAGE.relative_to(ROOT).as_posix())
    if not stale:
        say("the catalog is what its sources give")
        return 0
    print(f"catalog: differs from a fresh build: {', '.join(sorted(stale))}; run `make catalog`")
    return 1


def _read(path: Path) -> bytes | None:
    return _content(path.read_bytes()) if path.is_file() else None


def _content(packed: bytes | None) -> bytes | None:
    # Packed bytes may differ between builds of zlib; what they hold may not.
    try:
        return gzip.decompress(packed) if packed and packed[:2] == b"\x1f\x8b" else packed
    except (OSError, EOFError, zlib.error):
        return packed


if __name__ == "__main__":
    sys.exit(main())
