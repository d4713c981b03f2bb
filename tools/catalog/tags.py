"""Which Pulumi types take tags, and how: a map, or a list of tag blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.catalog.sources import Sources, encode

NAME = "tags"
SOURCES = ("pulumi-aws",)

TOKEN = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
# The first `tags` of a file's first class is an input: it is the class of the arguments.
TAGS = re.compile(r"^ {17}tags: pulumi\.Input\[(?:Optional\[)?(Mapping|Sequence)\[", re.MULTILINE)
TAGS_ALL = re.compile(r"def tags_all\(self\) -> pulumi\.Output")


def build(sources: Sources) -> dict[str, bytes]:
    """`rows`: type token -> [shape of `tags`, whether default tags reach it]."""
    rows = {}
    for path in sorted(sources.pulumi_aws.glob("*/*.py")):
        for token, shape, inherits in _read(path):
            rows[token] = [shape, int(inherits)]
    return {f"{NAME}.json.gz": encode({"rows": rows})}


def _read(path: Path) -> Iterator[tuple[str, str, bool]]:
    text = path.read_text(encoding="utf-8")
    token = TOKEN.search(text)
    arguments = text.partition("\n@pulumi.input_type\nclass _")[0]
    tags = TAGS.search(arguments)
    if token and tags:
        shape = "map" if tags[1] == "Mapping" else "list"
        yield token[1], shape, bool(TAGS_ALL.search(text))
