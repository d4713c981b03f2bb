"""The constraint book, compiled: `book/*.json` -> what the pack loads, a file a service.

`python -m tools.catalog.book` writes these files and the index module alone; `--check` compares.
The book needs no package, only its own source.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from policypack.plan.normalise import canonical_type
from tools.catalog import book_source
from tools.catalog.book_source import Json
from tools.catalog.sources import Sources, encode

NAME = "book"
SOURCES: tuple[str, ...] = ()

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "policypack" / "aws" / "catalog" / "data"
INDEX = ROOT / "policypack" / "aws" / "book" / "index.py"

_HEAD = '''"""The services of the constraint book and the types that their rows speak of.

Written by `python -m tools.catalog.book`.
"""

from __future__ import annotations

SERVICES: dict[str, tuple[str, ...]] = {
'''


def build(sources: Sources | None = None) -> dict[str, bytes]:
    """The compiled book: `book/SERVICE.json.gz` by service.

    A file is `{"rows": [...], "types": {token: [row numbers]}}`; a row is `[id, at, level, gate,
    schemas, says, error, fix, source]`, where `gate` lists the properties without which the row is
    silent and `schemas` is the JSON text of `[when, must]`, parsed when the row is first asked.
    """
    del sources
    book = book_source.read_all()
    return {f"book/{service}.json.gz": encode(_service(rows)) for service, rows in book.items()}


def index_module() -> str:
    """The text of the module that tells services and types without reading the book."""
    book = book_source.read_all()
    lines = [_entry(service, _types(rows)) for service, rows in book.items()]
    return _HEAD + "".join(lines) + "}\n"


def _entry(service: str, types: list[str]) -> str:
    if len(types) == 1:
        return f'    "{service}": ("{types[0]}",),\n'
    return f'    "{service}": (\n' + "".join(f'        "{one}",\n' for one in types) + "    ),\n"


def _types(rows: Iterable[dict[str, Json]]) -> list[str]:
    return sorted({canonical_type(token) for row in rows for token in book_source.types_of(row)})


def _service(rows: list[dict[str, Json]]) -> dict[str, Json]:
    types: dict[str, list[int]] = {token: [] for token in _types(rows)}
    for number, row in enumerate(rows):
        for token in {canonical_type(token) for token in book_source.types_of(row)}:
            types[token].append(number)
    return {"rows": [packed(row) for row in rows], "types": types}


def packed(row: dict[str, Json], *, gated: bool = True) -> list[Json]:
    """A row as `build` describes it; one that is not `gated` has no properties to wait for."""
    when, must = row.get("when", True), row["must"]
    needed = gate(when, must) if gated else []
    schemas = json.dumps([when, must], ensure_ascii=False, separators=(",", ":"))
    texts = [row[key] for key in ("says", "error", "fix", "source")]
    return [row["id"], row["at"], row["level"], needed, schemas, *texts]


def gate(when: Json, must: Json) -> list[str]:
    """The properties of which one must be there for the row to speak; empty where none is needed.

    Each of them alone suffices to look closer: this is a filter, never an answer.
    """
    return sorted(_smallest([_needed_to_hold(when), _needed_to_fail(must)]))


def _needed_to_hold(schema: Json) -> frozenset[str]:
    """Properties of which at least one is there wherever `schema` holds."""
    if not isinstance(schema, Mapping):
        return frozenset()
    options = [frozenset({name}) for name in schema.get("required", ())]
    options += [_needed_to_hold(part) for part in schema.get("allOf", ())]
    if "anyOf" in schema:
        options.append(_union([_needed_to_hold(part) for part in schema["anyOf"]]))
    if "not" in schema:
        options.append(_needed_to_fail(schema["not"]))
    return _smallest(options)


def _needed_to_fail(schema: Json) -> frozenset[str]:
    """Properties of which at least one is there wherever `schema` fails."""
    if not isinstance(schema, Mapping):
        return frozenset()
    if not schema:
        return frozenset({""})
    return _union([_keyword_needs(keyword, schema) for keyword in schema if keyword not in _PARTS])


_PARTS = frozenset({"then", "else"})


def _keyword_needs(keyword: str, schema: Mapping[str, Json]) -> frozenset[str]:
    needs = _NEEDS.get(keyword)
    return needs(schema[keyword], schema) if needs else frozenset()


def _condition_needs(condition: Json, schema: Mapping[str, Json]) -> frozenset[str]:
    if "else" in schema:
        return frozenset()
    return _smallest([_needed_to_hold(condition), _needed_to_fail(schema.get("then", True))])


# By keyword: the properties of which one is there wherever the keyword fails.
_NEEDS: Mapping[str, Callable[[Json, Mapping[str, Json]], frozenset[str]]] = {
    "properties": lambda value, _: frozenset(value),
    "dependentRequired": lambda value, _: frozenset(value),
    "compare": lambda value, _: frozenset(left.partition(".")[0] for left, _sign, _right in value),
    "allOf": lambda value, _: _union([_needed_to_fail(part) for part in value]),
    "anyOf": lambda value, _: _smallest([_needed_to_fail(part) for part in value]),
    "not": lambda value, _: _needed_to_hold(value),
    "if": _condition_needs,
}


def _union(parts: list[frozenset[str]]) -> frozenset[str]:
    """Unite the needs of alternatives; where one alternative needs nothing, nothing is needed."""
    return frozenset().union(*parts) if all(parts) else frozenset()


def _smallest(options: list[frozenset[str]]) -> frozenset[str]:
    return min((option for option in options if option), key=len, default=frozenset())


def files() -> dict[Path, bytes]:
    """Everything that is generated from the book's source, by path."""
    generated = {DATA / name: content for name, content in build().items()}
    return generated | {INDEX: index_module().encode()}


def stale() -> list[Path]:
    """The generated files that are missing, left over or other than the source gives."""
    wanted = files()
    left_over = set((DATA / NAME).glob("*.json.gz")) - set(wanted)
    return sorted(left_over | {path for path, new in wanted.items() if not _same(path, new)})


def _same(path: Path, content: bytes) -> bool:
    if not path.is_file():
        return False
    old = path.read_bytes()
    # Packed bytes may differ between builds of zlib; what they hold may not.
    return old == content or (
        path.suffix == ".gz" and gzip.decompress(old) == gzip.decompress(content)
    )


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; exit code 1 when `--check` finds a difference, 2 for a broken source."""
    parser = argparse.ArgumentParser(prog="python -m tools.catalog.book", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, name stale files")
    check = parser.parse_args(arguments).check
    try:
        differing = stale()
        wanted = files()
    except (ValueError, KeyError) as error:
        print(f"book: {error}", file=sys.stderr)
        return 2
    for path in differing:
        print(f"{'stale' if check else 'written'}: {path.relative_to(ROOT).as_posix()}")
        if not check:
            _write(path, wanted.get(path))
    return int(bool(differing) and check)


def _write(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    raise SystemExit(main())
