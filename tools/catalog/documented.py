"""Source S: what the SDK's documentation of an input lists as values, bounds and defaults."""

import re

LISTED = re.compile(
    r"(?:(?:valid|possible|allowed|supported|accepted|available)\s+(?:values?|options|types)\b"
    r"|must be (?:one of|either|set to)|can be (?:one of|either|set to)|one of)(.{0,1500})",
    re.IGNORECASE | re.DOTALL,
)
SENTENCE_END = re.compile(r"\.\s+(?=[A-Z])|\n\n")
QUOTED = re.compile(r"`\"?([^`\"\n]{1,80})\"?`")
DEFAULT = re.compile(
    r"default(?:s|ed)?(?: value)?(?: (?:is|to|of|being|will be|for this attribute is))?:? *"
    r"(?:`\"?([^`\"\n]{0,80})\"?`|\"([^\"\n]{0,80})\"|(-?\d+(?:\.\d+)?))",
    re.IGNORECASE,
)
DEFAULT_MARK = re.compile(r"`\"?([^`\"\n]{1,80})\"?` \(default\)", re.IGNORECASE)
NUMBER = r"`?(-?\d[\d,]*(?:\.\d+)?)`?"
RANGES = (
    re.compile(rf"between {NUMBER}(?: \w+)?(?: \([^)]*\))?,? and {NUMBER}", re.IGNORECASE),
    re.compile(
        rf"from {NUMBER}(?: \w+)?(?: \([^)]*\))?,? (?:up )?to (?:a maximum of )?{NUMBER}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:range|values?|min/max)(?: is| are|:| of)? {NUMBER} ?[-–] ?{NUMBER}", re.I),
    re.compile(
        rf"minimum (?:value )?(?:of|is) {NUMBER}.{{0,40}}maximum (?:value )?(?:of|is) {NUMBER}",
        re.I,
    ),
)


def listed_values(doc: str) -> list[str]:
    """The values that a sentence of a documentation text lists; none where it lists none."""
    return _values(doc, to_the_end=False)


def mentioned_values(doc: str) -> list[str]:
    """All that is quoted from the first list on: lists may go over several sentences."""
    return _values(doc, to_the_end=True)


def _values(doc: str, *, to_the_end: bool) -> list[str]:
    found: dict[str, None] = {}
    for match in LISTED.finditer(doc):
        text = match.group(1) if to_the_end else SENTENCE_END.split(match.group(1))[0]
        found |= dict.fromkeys(QUOTED.findall(text))
    return list(found)


def defaults(doc: str) -> list[str]:
    """The defaults that a documentation text states."""
    stated = ["".join(groups) for groups in DEFAULT.findall(doc)]
    return sorted({value for value in [*stated, *DEFAULT_MARK.findall(doc)] if value})


def stated_range(doc: str) -> tuple[float, float] | None:
    """The numeric range that a documentation text states; None where none or several."""
    found = {
        (number(match[0]), number(match[1])) for pattern in RANGES for match in pattern.findall(doc)
    }
    return found.pop() if len(found) == 1 else None


def number(text: str) -> float:
    """A number as people write it: `1,209,600`."""
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value
