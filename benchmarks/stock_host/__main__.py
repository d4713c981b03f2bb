"""The same rules under the stock host of pulumi-policy."""

from pulumi_policy import PolicyPack

import policies
from policypack.hosts import sdk
from policypack.rules.registry import collect

if __name__ == "__main__":
    PolicyPack("stock", sdk.policies(collect(policies)))
