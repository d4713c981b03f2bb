"""Which inputs carry a JSON document as text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from policypack.aws import json_documents
from policypack.aws.catalog.constraints import known_types, shape_at
from policypack.aws.json_documents import ARRAY, DOCUMENTS, OBJECT

INPUTS = [(token, path) for token, paths in DOCUMENTS.items() for path in paths]


@pytest.mark.parametrize(("token", "path"), INPUTS)
def test_each_is_an_input_that_takes_a_text(token: str, path: str) -> None:
    assert token in known_types()
    shape = shape_at(token, path)
    assert shape is not None
    # Some inputs take a policy as an object too.
    assert shape.kind in {"string", "any", "json"}


def test_what_stands_at_the_top() -> None:
    tops = {top for paths in DOCUMENTS.values() for top in paths.values()}
    assert tops == {OBJECT, ARRAY}
    assert DOCUMENTS["aws:ecs/taskDefinition:TaskDefinition"] == {"containerDefinitions": ARRAY}
    assert DOCUMENTS["aws:sqs/queue:Queue"] == {
        "policy": OBJECT,
        "redrivePolicy": OBJECT,
        "redriveAllowPolicy": OBJECT,
    }


def test_start_up_reads_no_file_for_it() -> None:
    tree = ast.parse(Path(json_documents.__file__).read_text(encoding="utf-8"))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [getattr(node, "module", None) for node in imported] == ["__future__"]
