"""Lists by name, in the same order on both databases: capitals and accents do not count.

SQLite compares bytes and would put "Óscar" after "Tomás"; PostgreSQL does as its installation says.
"""

import unicodedata
from sqlite3 import Connection

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_FUNCTION = "portal_by_name"
# Latin letters that Unicode does not take apart.
_WHOLE = dict(zip("ØøŁłĐđı", "oollddi", strict=True))


def _base(letter: str) -> str:
    return _WHOLE.get(letter) or "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )


_FROM, _TO = zip(
    *(
        (letter, _base(letter).lower())
        for letter in map(chr, (*range(0x41, 0x5B), *range(0xC0, 0x250)))
        if len(_base(letter)) == 1 and _base(letter).isascii()
    ),
    strict=True,
)
_TABLE = str.maketrans("".join(_FROM), "".join(_TO))


class by_name(FunctionElement[str]):  # noqa: N801 - reads as a function of SQL
    """What a name is ordered and paged by. Two names may be the same here: a key goes after it."""

    name = _FUNCTION
    type = String()
    inherit_cache = True


@compiles(by_name)
def _plain(element: by_name, compiler: SQLCompiler, **how: object) -> str:
    return f"{_FUNCTION}({compiler.process(element.clauses, **how)})"


@compiles(by_name, "postgresql")
def _postgresql(element: by_name, compiler: SQLCompiler, **how: object) -> str:
    said = compiler.process(element.clauses, **how)
    return f"translate({said} COLLATE \"C\", '{''.join(_FROM)}', '{''.join(_TO)}')"


def teach(connection: Connection) -> None:
    """Give a connection to SQLite the function."""
    connection.create_function(_FUNCTION, 1, _folded, deterministic=True)


def _folded(name: str | None) -> str | None:
    return None if name is None else name.translate(_TABLE)
