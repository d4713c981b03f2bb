from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tools.catalog import tag_limits
from tools.catalog.sources import Sources

PAIR = {
    "type": "structure",
    "members": {"Key": {"shape": "Key"}, "Value": {"shape": "Value"}},
}


def built(tmp_path: Path, shapes: dict[str, Any], *tagged: str) -> dict[str, Any]:
    """The rows for a service whose operations take tags of these shapes."""
    inputs = {
        f"In{number}": {"type": "structure", "members": {"Tags": {"shape": shape}}}
        for number, shape in enumerate(tagged)
    }
    operations = {name: {"input": {"shape": name}} for name in inputs}
    model = {"operations": {**operations, "Ping": {}}, "shapes": {**inputs, **shapes}}
    path = tmp_path / "botocore" / "data" / "kit" / "2020-01-01" / "service-2.json.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(json.dumps(model).encode()))
    files = tag_limits.build(Sources(tmp_path, tmp_path / "db.json.gz", {}))
    rows: dict[str, Any] = json.loads(gzip.decompress(files["tag_limits.json.gz"]))["rows"]
    return rows


def test_lists_and_maps_are_merged_to_the_loosest(tmp_path: Path) -> None:
    shapes = {
        "List": {"type": "list", "member": {"shape": "Pair"}, "max": 50},
        "Pair": PAIR,
        "Key": {"type": "string", "min": 1, "max": 128, "pattern": "^[a-z]+$"},
        "Value": {"type": "string", "max": 256},
        "Map": {"type": "map", "key": {"shape": "Short"}, "value": {"shape": "Value"}, "max": 200},
        "Short": {"type": "string", "min": 2, "max": 64, "pattern": "^[a-z]+$"},
    }
    assert built(tmp_path, shapes, "List", "Map") == {
        "kit": {"most": 200, "key": [1, 128, "^[a-z]+$"], "value": [None, 256, None]}
    }


def test_one_input_without_bounds_leaves_none(tmp_path: Path) -> None:
    free = {"type": "string"}
    shapes = {
        "List": {"type": "list", "member": {"shape": "Pair"}, "max": 50},
        "Pair": PAIR,
        "Key": {"type": "string", "max": 128},
        "Value": {"type": "string", "max": 256},
        "Map": {"type": "map", "key": {"shape": "Free"}, "value": {"shape": "Free"}},
        "Free": free,
    }
    assert built(tmp_path, shapes, "List", "Map") == {}


def test_what_is_no_pair_is_no_tag(tmp_path: Path) -> None:
    shapes = {
        "List": {"type": "list", "member": {"shape": "Name"}, "max": 3},
        "Name": {"type": "string"},
    }
    assert built(tmp_path, shapes, "List") == {}
