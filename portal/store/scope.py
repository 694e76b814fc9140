"""Which rows an actor reaches: one scope per model, and none may be missing.

A slice's queries declare `@scope(Model)`; models that belong to nobody say so with `open_to_all`
or `internal`. `unscoped()` lists what was forgotten, and the factory refuses to start with any.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import Select, false, select
from sqlalchemy.sql import ColumnElement

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.store.db import Base

M = TypeVar("M", bound=Base)
Scope = Callable[[Actor], ColumnElement[bool] | None]
_SCOPES: dict[type[Base], Scope] = {}


def scope(model: type[Base]) -> Callable[[Scope], Scope]:
    """Declare the condition under which an actor sees a row of `model` (None: every row).

    It may depend on the actor and on the business date, and on nothing else.
    """

    def declare(condition: Scope) -> Scope:
        _SCOPES[model] = condition
        return condition

    return declare


def open_to_all(*models: type[Base]) -> None:
    """Rows of `models` belong to no company: whoever has the permission sees all of them."""
    for model in models:
        _SCOPES[model] = lambda actor: None


def internal(*models: type[Base]) -> None:
    """Rows of `models` are never shown as such to anyone; only commands read them."""
    for model in models:
        _SCOPES[model] = lambda actor: false()


def visible(model: type[Base], actor: Actor) -> ColumnElement[bool] | None:
    """The condition for `model`, or None for all. Raises KeyError for an unscoped model."""
    return _condition(model, actor, clock.today())


@lru_cache(maxsize=256)
def _condition(model: type[Base], actor: Actor, _today: date) -> ColumnElement[bool] | None:
    """Built once a day for an actor: building a deep condition costs more than asking it."""
    return _SCOPES[model](actor)


def visible_to(model: type[M], actor: Actor) -> Select[M]:
    """A select of the rows of `model` that `actor` may see."""
    condition = visible(model, actor)
    query = select(model)
    return query if condition is None else query.where(condition)


def unscoped() -> list[str]:
    """Names of the models that say nothing of who may see them."""
    models = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted(model.__name__ for model in models if model not in _SCOPES)
