"""A documentation page for each service of the constraint book."""

from __future__ import annotations

from policypack.aws.book.services import service_name
from tools.catalog import book_source
from tools.catalog.book_source import Json

LONGEST_EXAMPLE = 500
"""Longer examples, in characters, stand in the book's source alone."""


def services() -> list[str]:
    """The services that have a page."""
    return book_source.services()


def service_page(service: str) -> str:
    """The page of one service as Markdown: what its policy refuses, by resource type.

    Raises FileNotFoundError for a service that the book does not have.
    """
    rows = book_source.read(service)
    by_type: dict[tuple[str, ...], list[dict[str, Json]]] = {}
    for row in sorted(rows, key=lambda row: row["id"]):
        by_type.setdefault(book_source.types_of(row), []).append(row)
    parts = [_head(service, rows)]
    for tokens in sorted(by_type):
        parts.append(f"## {_heading(tokens)}\n")
        parts += [_entry(row) for row in by_type[tokens]]
    return "\n".join(parts).rstrip() + "\n"


def _head(service: str, rows: list[dict[str, Json]]) -> str:
    mandatory = sum(1 for row in rows if row["level"] == "mandatory")
    policy, name = f"refused-by-{service}", service_name(service)
    count = "1 constraint" if len(rows) == 1 else f"{len(rows)} constraints"
    return f"""# {policy}

{name}: {count}, {mandatory} of them mandatory. Each is reported under the policy `{policy}`
and named by its own id. To change the level of one, or to accept it for a resource:

```json
{{
  "preflight-settings": {{"levels": {{"{policy}/{rows[0]["id"]}": "advisory"}}}},
  "{policy}": {{
    "exemptions": [
      {{"row": "{rows[0]["id"]}", "urn": "*::name", "reason": "...", "until": "2030-01-31"}}
    ]
  }}
}}
```
"""


def _heading(tokens: tuple[str, ...]) -> str:
    if len(tokens) > 3:
        return f"{len(tokens)} types"
    return ", ".join(f"`{token}`" for token in tokens)


def _entry(row: dict[str, Json]) -> str:
    says = _escaped(row["says"].replace("{value}", "…"))
    lines = [
        f"### {row['id']}\n",
        f"`{row['at']}` ({row['level']}): {says}.\n",
    ]
    if row["error"]:
        lines.append(f"- AWS answers: {_escaped(row['error'])}")
    lines += [f"- Fix: {_escaped(row['fix'])}", f"- [Documentation]({row['source']})"]
    if len(types := book_source.types_of(row)) > 3:
        lines.append("- Types: " + ", ".join(f"`{token}`" for token in types))
    examples = [_example("Refused", row["bad"]), _example("Accepted", row["good"])]
    if max(map(len, examples)) <= LONGEST_EXAMPLE:
        lines += examples
    return "\n".join(lines) + "\n"


def _example(title: str, inputs: Json) -> str:
    return f"\n{title}:\n\n```json\n{book_source.layout(inputs)}\n```"


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
