"""The box under Q5 and Q10: the rule that places orders, asked for the reader's own services."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.orders import desk
from portal.orders.what_if import WhatIf, look


def what_if(session: Session, actor: Actor, pasted: str, on: date) -> WhatIf:
    """Route the pasted service ids or contract numbers on `on`. Stores nothing.

    Without receipt when the order form must be asked for more. Raises ValueError for what no
    basket can hold.
    """
    choices = desk.choices(session, actor, on)
    form = desk.recognise(session, desk.read({}, pasted), choices, actor)
    found = look(session, form, choices, on)
    return replace(found, receipt=None) if form.too_many else found
