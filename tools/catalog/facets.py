"""What one source says of one property, before sources are merged."""

from dataclasses import dataclass, field


@dataclass
class Facets:
    """The constraint that one source gives for a property; None where it says nothing."""

    enum: list[str] | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    pattern: str | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in vars(self).values())


FACETS = tuple(vars(Facets()))


@dataclass
class Matches:
    """What one source says of one type: facets by property path, and what they were read from."""

    origin: str = ""
    facets: dict[str, Facets] = field(default_factory=dict)
