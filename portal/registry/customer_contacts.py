"""Whom customers name as their contacts: told by notices that change something for customers (Q9, N4)."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.registry.rules import Language
from portal.store.db import Base
from portal.store.periods import chunked


class CustomerContact(Base):
    """A person of a customer, told of what one registry changes for it, in their language."""

    __tablename__ = "customer_contact"
    __table_args__ = (
        UniqueConstraint("registry_id", "customer_id", "email"),
        Index("ix_customer_contact_customer_id", "customer_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registry_id: Mapped[int] = mapped_column(ForeignKey("registry.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    name: Mapped[str]
    email: Mapped[str]
    language: Mapped[Language]


class Contact(NamedTuple):
    """How a customer's contact is reached, and for which registry."""

    id: int
    registry_id: int
    customer_id: int
    name: str
    email: str
    language: Language


def contacts_of(
    session: Session, customers: Collection[int], registry_id: int | None = None
) -> Sequence[Contact]:
    """The contacts of these customers, of one registry (None: of all), by customer and address.

    For whoever sends notices: nothing here is limited to a reader.
    """
    model = CustomerContact
    columns = (model.id, model.registry_id, model.customer_id)
    query = select(*columns, model.name, model.email, model.language)
    if registry_id is not None:
        query = query.where(model.registry_id == registry_id)
    found = [
        Contact(*row)
        for part in chunked(dict.fromkeys(customers))
        for row in session.execute(query.where(model.customer_id.in_(part)))
    ]
    return sorted(found, key=lambda one: (one.customer_id, one.email, one.registry_id))
