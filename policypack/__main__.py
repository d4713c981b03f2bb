"""`python -m policypack`: the command line with the rules of the package `policies`."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Run the command line, with the virtual environment's Python where this one has no Pulumi."""
    pulumi = find_spec("pulumi")
    # Without an origin it is but a folder of that name.
    if pulumi is None or pulumi.origin is None:
        return _elsewhere()
    cli = importlib.import_module("policypack.cli")
    registry = importlib.import_module("policypack.rules.registry")
    # By name: the engine knows no rule.
    code: int = cli.main(sys.argv[1:], registry.collect(importlib.import_module("policies")))
    return code


def _elsewhere() -> int:
    python = ROOT / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and Path(sys.prefix) != python.parent.parent:
        os.execv(python, [str(python), "-m", "policypack", *sys.argv[1:]])
    sys.stderr.write(
        f"{sys.executable} has no package `pulumi`: run `make setup` once, then this again\n"
    )
    return 2


if __name__ == "__main__":
    sys.exit(main())
