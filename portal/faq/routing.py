"""The box under Q5 and Q10: the rule that places orders, asked for the reader's own services."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.orders import desk
from portal.orders.basket import Basket
from portal.orders.commands import route
from portal.orders.naming import load_names
from portal.orders.nearest import nearest_yes
from portal.orders.receipt import receipt
from portal.web.site import url


@dataclass(frozen=True)
class WhatIf:
    """What would become of what was pasted: the receipt, or None while the form lacks something.

    `order_url` is the order form with the same lines.
    """

    receipt: dict[str, Any] | None
    refused: bool
    order_url: str


def what_if(session: Session, actor: Actor, pasted: str, on: date) -> WhatIf:
    """Route the pasted service ids or contract numbers on `on`. Stores nothing.

    Raises ValueError for what no basket can hold.
    """
    choices = desk.choices(session, actor, on)
    form = desk.recognise(session, desk.read({}, pasted), choices, actor)
    order_url = url("site.orders.new", **form.arguments())
    if not form.complete or form.too_many:
        return WhatIf(None, False, order_url)
    basket = form.basket(choices.partner, on)
    made, facts = route(session, basket)
    shown = receipt(
        basket,
        facts,
        made,
        load_names(session, facts, made, choices.partner),
        suggestions=nearest_yes(basket, facts, made) if made.refused else (),
        link=_link,
        at=_("Nothing is placed yet."),
    )
    return WhatIf(shown, made.refused, order_url)


def _link(basket: Basket) -> str:
    return url("site.orders.new", **desk.of_basket(basket).arguments())
