"""What an audience can be chosen by beside registry and program: trainings, councils, names (N4)."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.councils.models import Council
from portal.kernel.access import Actor
from portal.kernel.text import tidy
from portal.registry.models import Partner
from portal.registry.training import training_codes
from portal.store.ordering import by_name
from portal.store.scope import visible_to


@dataclass(frozen=True)
class Criteria:
    """What an author may choose from: trainings (code, words), councils (id, words), and the
    companies known by name or id.
    """

    trainings: tuple[tuple[str, str], ...] = ()
    councils: tuple[tuple[int, str], ...] = ()
    named: dict[str, int] = field(default_factory=dict)

    def partner(self, name: str) -> int | None:
        """The company of that name or id; None for an unknown one, or a name that two have."""
        found = self.named.get(_folded(name))
        return found or None


def criteria(session: Session, actor: Actor, lang: str) -> Criteria:
    """What `actor` may choose from, in words of `lang`. Three queries."""
    query = visible_to(Partner, actor).with_only_columns(Partner.id, Partner.code, Partner.name)
    named: dict[str, int] = {}
    rows = session.execute(query).all()
    for row in rows:
        key = _folded(row.name)
        # A name that two companies have says neither: 0 is no company.
        named[key] = 0 if key in named else row.id
    named |= {_folded(row.code): row.id for row in rows}
    councils = visible_to(Council, actor).order_by(Council.position, Council.id)
    return Criteria(
        trainings=tuple((code, name.pick(lang)) for code, name in training_codes(session)),
        councils=tuple((row.id, row.name.pick(lang)) for row in session.scalars(councils)),
        named=named,
    )


def names_of(session: Session, partners: Collection[int]) -> dict[int, str]:
    """The names of companies, by id."""
    query = select(Partner.id, Partner.name).where(Partner.id.in_(partners))
    return {
        row.id: row.name
        for row in session.execute(query.order_by(by_name(Partner.name), Partner.id))
    }


def _folded(name: str) -> str:
    return tidy(name).casefold()
