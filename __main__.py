"""What Pulumi runs: serves the rules of `policies` to the engine."""

from pathlib import Path

from policypack.hosts.analyzer import serve

if __name__ == "__main__":
    serve("policies", Path(__file__).parent)
