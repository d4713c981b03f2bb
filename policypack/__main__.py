"""`python -m policypack`: the command line with the rules of the package `policies`."""

import importlib
import sys

from policypack.cli import main
from policypack.rules.registry import collect

if __name__ == "__main__":
    # By name: the engine knows no rule.
    sys.exit(main(sys.argv[1:], collect(importlib.import_module("policies"))))
