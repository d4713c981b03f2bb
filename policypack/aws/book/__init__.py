"""The constraint book: what AWS refuses although every property has the right type.

Its source, which people edit, is `book/`; `python -m tools.catalog.book` compiles it to what this
package reads.
"""

from policypack.aws.book.hits import Hit, broken
from policypack.aws.book.index import SERVICES
from policypack.aws.book.rows import Row, rows, service_rows
from policypack.aws.book.schema import compile_schema

__all__ = ["SERVICES", "Hit", "Row", "broken", "compile_schema", "rows", "service_rows"]
