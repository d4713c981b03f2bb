"""Builds the tables of AWS's facts in `policypack/aws/catalog/data`: `python -m tools.catalog`.

A table is a module of this package with

- `NAME: str`, the table's name, which its files start with;
- `SOURCES: tuple[str, ...]`, the names of the packages it reads;
- `def build(sources: Sources) -> dict[str, bytes]`, file name below `data/` -> content, made with
  `encode`. A table is one file `NAME.json.gz`, or many `NAME/PART.json.gz`.

`registry.py` names the modules.
"""
