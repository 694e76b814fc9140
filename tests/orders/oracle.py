"""The routing rule a second time, written as the record states it and without the first's code.

Each line is held against every fault of the list; the first that applies is its answer. It shares
nothing with `portal.orders.book` or `.rules`.
"""


def squeeze(text):
    return "".join(char for char in text if char.isalnum()).upper()


class Oracle:
    def __init__(self, facts, partner, on):
        self.f, self.p, self.on = facts, partner, on

    def successor(self, k):
        return next(
            (o for o in self.f.contracts if o.registry == k.registry and k.number in o.replaces),
            None,
        )

    def in_force(self, k):
        after = self.successor(k)
        return (
            k.status == "active"
            and k.starts_on <= self.on
            and (k.ends_on is None or self.on <= k.ends_on or k.end_of_term != "expire")
            and not (after is not None and after.starts_on <= self.on)
        )

    def stands_for(self, service):
        """The contract that stands for the service's line, and whether it is in force."""
        of = {k.number: k for k in self.f.contracts if k.registry == service.registry}
        k = of[service.contract]
        chain = [k]
        while after := self.successor(chain[-1]):
            chain.append(after)
        for one in chain:
            if self.in_force(one):
                return one, True
        level = [k]
        while level:
            level = [of[number] for one in level for number in one.replaces]
            fit = [one for one in level if self.in_force(one)]
            if fit:
                latest = max(one.starts_on for one in fit)
                return min((x for x in fit if x.starts_on == latest), key=lambda x: x.number), True
        return chain[-1], False

    def agreed(self, registry):
        return any(
            a.registry == registry
            and a.status == "active"
            and a.starts_on <= self.on
            and (a.ends_on is None or a.ends_on >= self.on)
            for a in self.f.agreements
        )

    def own(self, customer):
        return [k for k in self.f.contracts if k.partner == self.p and k.customer == customer]

    def matching(self, items, wanted, name):
        exact = [item for item in items if name(item) == wanted]
        loose = [item for item in items if squeeze(name(item)) == squeeze(wanted) != ""]
        return exact or loose

    def line(self, line, customer):
        """(code or None, contract or None) of one line."""
        holders = {p.registry for p in self.f.products if p.product == line.product}
        if not self.f.partner_known:
            return "partner.unknown", None
        if customer is not None and not self.own(customer):
            return "customer.unknown", None
        if line.action == "new":
            return self.new(line, customer, holders)
        mine = []
        for s in self.f.services:
            k, _ = self.stands_for(s)
            if k.partner == self.p and (customer is None or k.customer == customer):
                mine.append(s)
        meant = self.matching(mine, line.service, lambda s: s.service)
        if not meant:
            return "service.unknown", None
        if len(meant) > 1:
            return "service.ambiguous", None
        (s,) = meant
        k, force = self.stands_for(s)
        wants = line.product is not None and line.action != "disconnect"
        if wants and not holders:
            return "product.unknown", None
        if s.status == "disconnected":
            return "service.ended", None
        if wants and s.registry not in holders:
            return "product.other_registry", None
        if not self.agreed(s.registry):
            return "agreement.inactive", None
        if not force and line.action != "disconnect":
            return "contract.not_in_force", None
        return None, k

    def new(self, line, customer, holders):
        own = self.own(customer)
        named = self.matching(own, line.contract, lambda k: k.number) if line.contract else None
        if not holders:
            return "product.unknown", None
        if named:
            if all(k.registry not in holders for k in named):
                return "product.other_registry", None
            holders = {k.registry for k in named} & holders
        holders = {r for r in holders if self.agreed(r)}
        if not holders:
            return "agreement.inactive", None
        if line.contract and not named:
            return "contract.unknown", None
        there = [k for k in (named or own) if k.registry in holders]
        if not there:
            return "contract.none", None
        fit = [k for k in there if self.in_force(k)]
        if not fit:
            return "contract.not_in_force", None
        return ("contract.ambiguous", None) if len(fit) > 1 else (None, fit[0])

    def team(self, k):
        holding = [t.team for t in k.teams if t.valid_from <= self.on <= (t.valid_to or self.on)]
        return holding[0] if holding else (k.teams[0].team if k.teams else None)
