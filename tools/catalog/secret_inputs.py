"""Table `secret_inputs`: the inputs that the SDK marks secret whatever a program passes."""

from __future__ import annotations

import re

from tools.catalog.sdk_scan import scan
from tools.catalog.sources import Sources, encode
from tools.catalog.tags import TOKEN

NAME = "secret_inputs"
SOURCES = ("pulumi-aws",)

MARKED = re.compile(r'__dict__\["(\w+)"\] = None if \w+ is None else pulumi\.Output\.secret\(')


def build(sources: Sources) -> dict[str, bytes]:
    """`rows`: type token -> wire names of its secret inputs, sorted."""
    sdk = sources.once("sdk", lambda: scan(sources.pulumi_aws))
    rows = {}
    for path in sorted(sources.pulumi_aws.glob("*/*.py")):
        text = path.read_text(encoding="utf-8")
        token, marked = TOKEN.search(text), set(MARKED.findall(text))
        if token and marked:
            inputs = sdk.resources[token[1]].inputs
            rows[token[1]] = sorted(name for name, one in inputs.items() if one.python in marked)
    return {f"{NAME}.json.gz": encode({"rows": rows})}
