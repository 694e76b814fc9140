"""Looking where an order would go: the form, asked of the rule that places, as a receipt."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.orders import desk
from portal.orders.basket import Basket
from portal.orders.commands import route
from portal.orders.naming import load_names
from portal.orders.receipt import receipt
from portal.web.site import url


@dataclass(frozen=True)
class WhatIf:
    """What would become of a form: the receipt to draw, or None while the form lacks something.

    `order_url` is the order form with the same lines.
    """

    receipt: dict[str, Any] | None
    refused: bool
    order_url: str


def look(session: Session, form: desk.OrderForm, choices: desk.Choices, on: date) -> WhatIf:
    """Ask the rule for `form` on `on`. Stores nothing.

    Raises ValueError for what no basket can hold.
    """
    order_url = url("site.orders.new", **form.arguments())
    if not form.complete:
        return WhatIf(None, False, order_url)
    basket = form.basket(choices.partner, on)
    made, facts = route(session, basket)
    names = load_names(
        session, facts, made, basket.partner, on, choices.registries, choices.products
    )
    shown = receipt(basket, facts, made, names, link=form_url, at=_("Nothing is placed yet."))
    return WhatIf(shown, made.refused, order_url)


def form_url(basket: Basket) -> str:
    """The order form that asks for `basket`."""
    return url("site.orders.new", **desk.of_basket(basket).arguments())
