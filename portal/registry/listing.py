"""The portfolio of a registry."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.registry.models import Product
from portal.store.scope import visible_to


def portfolio(session: Session, actor: Actor, registry_id: int) -> Sequence[Product]:
    """The products of one registry, by code. One query."""
    query = visible_to(Product, actor).where(Product.registry_id == registry_id)
    return session.scalars(query.order_by(Product.code)).all()
