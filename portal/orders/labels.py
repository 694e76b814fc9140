"""Words for the codes of orders: what a reason says, in the reader's language.

`SENTENCES` has one text per code, or per code and variant (`code:variant`) where the facts make
the sentence another one; `sentence` picks and fills it. Registries are said by their names.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import LazyString, format_date
from flask_babel import lazy_gettext as _l

from portal.orders.basket import Action
from portal.orders.nearest import Change, Suggestion
from portal.orders.rules import OrderCode as C

ACTIONS: dict[Action, LazyString] = {
    Action.NEW: _l("New service"),
    Action.ADD: _l("Addition to a service"),
    Action.CHANGE: _l("Change to a service"),
    Action.DISCONNECT: _l("Disconnection"),
}

OUTCOMES: dict[str, LazyString] = {
    "accepted": _l("Accepted"),
    "refused": _l("Refused"),
    "error": _l("Not understood"),
}

TITLES: dict[C, LazyString] = {
    C.PARTNER_UNKNOWN: _l("Unknown partner"),
    C.CUSTOMER_UNKNOWN: _l("Unknown customer"),
    C.SERVICE_UNKNOWN: _l("Service not found"),
    C.SERVICE_AMBIGUOUS: _l("More than one service fits"),
    C.PRODUCT_UNKNOWN: _l("Unknown product"),
    C.SERVICE_ENDED: _l("The service is disconnected"),
    C.OTHER_REGISTRY: _l("Product of the other portfolio"),
    C.AGREEMENT_INACTIVE: _l("No active partner agreement"),
    C.CONTRACT_UNKNOWN: _l("Unknown contract"),
    C.CONTRACT_NONE: _l("No contract with this customer there"),
    C.NOT_IN_FORCE: _l("The contract is not in force"),
    C.CONTRACT_AMBIGUOUS: _l("More than one contract fits"),
    C.FOLLOWS_SERVICE: _l("The order follows the service"),
}

SENTENCES: dict[str, LazyString] = {
    "partner.unknown": _l("No partner is registered as %(partner)s."),
    "customer.unknown": _l("You have no contract with a customer %(customer)s."),
    "service.unknown": _l("None of your services for this order matches %(service)s."),
    "service.ambiguous": _l("%(service)s can mean several of your services: %(candidates)s."),
    "product.unknown": _l("No portfolio has a product %(product)s."),
    "service.ended": _l("The %(registry)s service %(service)s has been disconnected."),
    "product.other_registry": _l(
        "%(product)s belongs to the %(registry)s portfolio and cannot be ordered on %(asked)s, "
        "a %(asked_registry)s contract. Your own %(registry)s contract is %(contract)s."
    ),
    "product.other_registry:none": _l(
        "%(product)s belongs to the %(registry)s portfolio and cannot be ordered on %(asked)s, "
        "a %(asked_registry)s contract. You have no %(registry)s contract in force with this "
        "customer; opportunities over both portfolios are evaluated case by case."
    ),
    "agreement.inactive": _l(
        "Your partner agreement %(agreement)s with %(registry)s is not active on this date."
    ),
    "agreement.inactive:none": _l("You have no partner agreement with %(registry)s."),
    "contract.unknown": _l("%(contract)s is not one of your contracts with this customer."),
    "contract.none": _l("You have no %(registry)s contract with customer %(customer)s."),
    "contract.not_in_force:pending": _l("The %(registry)s contract %(contract)s is still pending."),
    "contract.not_in_force:suspended": _l("The %(registry)s contract %(contract)s is suspended."),
    "contract.not_in_force:terminated": _l(
        "The %(registry)s contract %(contract)s has been terminated."
    ),
    "contract.not_in_force:not_started": _l(
        "The %(registry)s contract %(contract)s starts on %(on)s."
    ),
    "contract.not_in_force:ended": _l("The %(registry)s contract %(contract)s ended on %(on)s."),
    "contract.not_in_force:replaced": _l(
        "The %(registry)s contract %(contract)s has been replaced by a later one."
    ),
    "contract.ambiguous": _l("Several of your contracts fit: %(candidates)s. Say which one."),
    "contract.follows_service": _l(
        "You named %(named)s, but %(service)s was bought under %(original)s: the order follows it "
        "to the %(registry)s contract %(contract)s."
    ),
    "contract.follows_service:none": _l(
        "You named %(named)s, but the order follows the service %(service)s to the %(registry)s "
        "contract %(contract)s."
    ),
}

WAYS_OUT: dict[Change, LazyString] = {
    Change.CONTRACT: _l("It would be accepted on your %(registry)s contract %(to)s."),
    Change.NO_CONTRACT: _l(
        "It would be accepted without naming a contract: it goes to %(contract)s (%(registry)s)."
    ),
    Change.ACTION: _l(
        "It would be accepted as a new service, on your %(registry)s contract %(contract)s."
    ),
    Change.SERVICE: _l("It would be accepted for %(to)s, on %(contract)s (%(registry)s)."),
    Change.CUSTOMER: _l(
        "It would be accepted for customer %(to)s, on %(contract)s (%(registry)s)."
    ),
    Change.DATE: _l("It would be accepted from %(to)s, on %(contract)s (%(registry)s)."),
    Change.ASK_AGREEMENT: _l(
        "Ask your %(registry)s channel support team about your partner agreement."
    ),
    Change.ASK_JOINT: _l(
        "Ask your account team whether it can be a joint opportunity: it needs written approval "
        "before the order."
    ),
    Change.ASK_TEAM: _l("Ask your channel or account support team."),
}


def sentence(code: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What a reason says. `names` are the registries' names by slug; facts are as stored."""
    said = SENTENCES.get(f"{code}:{_variant(code, facts)}") or SENTENCES[code]
    return str(said) % _spoken(facts, names)


def way_out(suggestion: Suggestion, names: Mapping[str, str]) -> str:
    """What a suggestion says."""
    goes = suggestion.goes
    facts = {
        "to": suggestion.to,
        "registry": goes.registry if goes else suggestion.to,
        "contract": goes.contract if goes else None,
    }
    if suggestion.change is Change.DATE:
        facts["on"] = suggestion.to
        return str(WAYS_OUT[Change.DATE]) % {**(said := _spoken(facts, names)), "to": said["on"]}
    return str(WAYS_OUT[suggestion.change]) % _spoken(facts, names)


def _variant(code: str, facts: Mapping[str, Any]) -> str:
    """Which of a code's sentences the facts ask for."""
    if code == C.NOT_IN_FORCE:
        return str(facts["why"])
    missing = {C.OTHER_REGISTRY: "contract", C.AGREEMENT_INACTIVE: "agreement"}
    fact = missing.get(C(code), "original" if code == C.FOLLOWS_SERVICE else "")
    return "none" if fact and facts[fact] is None else ""


def _spoken(facts: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Facts as a sentence takes them: registries by name, dates and lists in words."""
    said: dict[str, str] = {}
    for name, value in facts.items():
        if name in {"registry", "asked_registry"}:
            said[name] = names.get(value, str(value))
        elif name == "on" and value:
            said[name] = format_date(date.fromisoformat(value), "long")
        elif name == "candidates":
            said[name] = ", ".join(_candidate(one, names) for one in value)
        else:
            said[name] = str(value)
    return said


def _candidate(one: Mapping[str, str], names: Mapping[str, str]) -> str:
    called = one.get("service") or one["contract"]
    return f"{called} ({names.get(one['registry'], one['registry'])})"
