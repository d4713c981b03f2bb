"""A planned resource: its properties by path, its provider, options, region, tags and names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from policypack.plan.finding import Finding
from policypack.plan.normalise import canonical_shape, canonical_type
from policypack.plan.values import (
    ABSENT,
    UNKNOWN,
    Block,
    Path,
    Undetermined,
    blocks,
    determined,
    holds_unknown,
    look_up,
    parse_path,
    present,
)
from policypack.plan.wire import Decoded

if TYPE_CHECKING:
    from policypack.plan.references import Followed, Referrers
    from policypack.plan.stack import Stack

_DEFAULT_PROVIDER = re.compile(r"default(_\d\w*)?")
_AUTO_NAMED = re.compile(r"[-_]?(?:[0-9a-f]{7}|[a-z]{8})(?:\.fifo)?$")


@dataclass(frozen=True)
class Options:
    """Resource options as the engine tells them; custom timeouts in seconds."""

    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    create_timeout: float = 0
    update_timeout: float = 0
    delete_timeout: float = 0


@dataclass(frozen=True)
class Provider:
    """The provider of a resource and its decoded configuration.

    Arguments that are not text arrive as JSON text and are parsed here.
    """

    urn: str
    type: str
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        """Return an argument, parsed; None where absent, `UNKNOWN` where unknown."""
        value = self.values.get(key)
        if isinstance(value, str) and value[:1] in ("{", "[", "t", "f"):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value


_SECRET_NAME = re.compile(r"(?i)(passwords?|passphrase|privatekey|secretkey|authtoken)$")


class Resource:
    """A resource of the plan.

    `resource["path"]` demands a value that is present and known, `get("path", default)` states
    AWS's default for absence; both raise `Undetermined` on unknown values, which rules leave to
    the evaluation. Values are the inputs after the provider's Check; `outputs` are the planned
    ones and only there for the few questions that need them.
    """

    def __init__(
        self,
        urn: str,
        token: str,
        inputs: Decoded,
        *,
        outputs: Mapping[str, Any] | None = None,
        options: Options | None = None,
        provider: Provider | None = None,
        parent: str = "",
        dependencies: tuple[str, ...] = (),
        property_dependencies: Mapping[str, tuple[str, ...]] | None = None,
        config: Mapping[str, str] | None = None,
        has_data: bool | None = None,
    ) -> None:
        self.urn = urn
        self.name = urn.rpartition("::")[2]
        self.token = token
        self.type = canonical_type(token)
        self.tree, self.secrets = canonical_shape(token, inputs.values, inputs.secrets)
        self.defaults = inputs.defaults
        self.outputs: Mapping[str, Any] = outputs or {}
        self.options = options or Options()
        self.provider = provider
        self.parent = parent
        self.dependencies = dependencies
        self.property_dependencies: Mapping[str, tuple[str, ...]] = property_dependencies or {}
        self.config: Mapping[str, str] = config or {}
        # The engine tells what `--target` left out with no properties: nothing there to be judged.
        self.has_data = bool(self.tree) if has_data is None else has_data
        self.stack: Stack | None = None

    def __repr__(self) -> str:
        return f"<{self.type} {self.name}>"

    def __getitem__(self, path: str) -> Any:
        """Return the value at `path`, such as `ingress[0].fromPort`.

        Raises:
            Undetermined: the value is absent or unknown.
        """
        return determined(self, self.tree, (), path)

    @overload
    def get(self, path: str) -> Any: ...
    @overload
    def get(self, path: str, default: Any) -> Any: ...
    def get(self, path: str, default: Any = None) -> Any:
        """Return the value at `path`, or `default`, AWS's own, where it is absent.

        Raises:
            Undetermined: the value is unknown.
        """
        return determined(self, self.tree, (), path, default)

    def has(self, path: str) -> bool:
        """Whether something stands at `path`, known or not.

        Raises:
            Undetermined: something above `path` is unknown.
        """
        return present(self.tree, path)

    def is_known(self, path: str) -> bool:
        """Whether a value stands at `path` and holds nothing unknown at any depth."""
        value = look_up(self.tree, parse_path(path))
        return value is not ABSENT and not holds_unknown(value)

    def each(self, path: str) -> Iterator[Block]:
        """The objects at `path` that are known, whether it holds a list of them or one."""
        steps = parse_path(path)
        return blocks(self, look_up(self.tree, steps), steps)

    def finding(self, path: str, text: str, **detail: Any) -> Finding:
        """Report a fault.

        Args:
            path: the wire path of the property at fault; "" for the resource as a whole.
            text: the fact, present tense, with the value in it.
            detail: what differs from the rule's own: `row`, `level`, `error`, `fix`, `url`.
        """
        return Finding(self, path, text, **detail)

    def is_secret(self, path: str | Path) -> bool:
        """Whether the value at `path`, or one that holds it, is marked secret, or is by its name.

        What a provider holds for sensitive within an object, no SDK marks as secret.
        """
        steps = parse_path(path) if isinstance(path, str) else path
        if any(steps[: len(secret)] == secret for secret in self.secrets):
            return True
        return any(isinstance(step, str) and _SECRET_NAME.search(step) for step in steps[-2:])

    @property
    def id(self) -> str | None:
        """The physical id, None while the resource does not exist."""
        value = self.outputs.get("id")
        return value if isinstance(value, str) and value else None

    @property
    def is_new(self) -> bool:
        """Whether the resource does not exist yet: then nothing outside the stack points to it."""
        return self.id is None

    def auto_named(self, path: str = "name") -> bool:
        """Whether Pulumi made up the name at `path` (its word, or else the look of it)."""
        if self.defaults:
            return path in self.defaults
        value = look_up(self.tree, parse_path(path))
        if not isinstance(value, str) or len(value) <= len(self.name):
            return False
        known, rest = value[: len(self.name)], value[len(self.name) :]
        return known.lower() == self.name.lower() and bool(_AUTO_NAMED.fullmatch(rest))

    @property
    def region(self) -> str:
        """The AWS region: the resource's own, its provider's, or the configured one.

        Raises:
            Undetermined: none is known.
        """
        configured = self.provider.get("region") if self.provider else None
        # Only default providers take the stack's configuration.
        is_default = self.provider is None or bool(_DEFAULT_PROVIDER.fullmatch(self.provider.name))
        fallback = self.config.get("aws:region") if is_default else None
        for value in (self.tree.get("region"), configured, fallback):
            if value is UNKNOWN:
                break
            if isinstance(value, str) and value:
                return value
        raise Undetermined("region")

    @property
    def tags(self) -> Mapping[str, Any]:
        """The tags AWS gets: the resource's over the provider's `defaultTags`.

        Raises:
            Undetermined: they are not known as a whole.
        """
        own = self.tree.get("tagsAll") or self.tree.get("tags") or {}
        default = self.provider.get("defaultTags") if self.provider else None
        shared = default.get("tags") or {} if isinstance(default, Mapping) else default or {}
        if not isinstance(own, dict) or not isinstance(shared, Mapping):
            raise Undetermined("tags")
        return Block(self, {**shared, **own}, ("tags",))

    def follow(self, path: str, *types: str) -> Followed:
        """Return the stack's resources that the property refers to; see `references.follow`."""
        from policypack.plan.references import follow

        return follow(self, path, types)

    def identity(self, path: str, *types: str) -> str:
        """Return a text that is equal for two properties that denote the same thing.

        A URN of this stack or a literal.

        Raises:
            Undetermined: the property is absent, or what it denotes is not known.
        """
        from policypack.plan.references import identity

        return identity(self, path, types)

    def referrers(self, token: str, path: str) -> Referrers:
        """Return the resources of a type whose property at `path` refers to this one."""
        from policypack.plan.references import referrers

        return referrers(self, token, path)

    def depends_on(self, other: Resource) -> bool:
        """Whether Pulumi creates `other` before this resource, directly or not."""
        return self.stack is not None and other.urn in self.stack.prerequisites(self)
