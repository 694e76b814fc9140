"""Whom a notice goes to, and why. Pure (N4)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """Whom a notice goes to beside those it touches: by registry and program, training, council, or
    name. `registries` empty: no registry's partners as such.
    """

    registries: frozenset[int] = frozenset()
    programs: frozenset[str] = frozenset()
    trainings: frozenset[str] = frozenset()
    councils: frozenset[int] = frozenset()
    partners: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pools:
    """The companies behind each criterion on a date, as the registries and councils know them.

    `registries` by (registry, program, or "" for any); `trainings` by code.
    """

    registries: Mapping[tuple[int, str], frozenset[int]]
    trainings: Mapping[str, frozenset[int]]
    councils: Mapping[int, frozenset[int]]
    affected: frozenset[int]


def audience(choice: Choice, pools: Pools) -> dict[int, frozenset[str]]:
    """Each company a notice goes to, and why (N4). Whoever the change affects is always in it.

    Programs and trainings narrow the registries' partners; councils, names, and those affected are
    added as they are. A training without a registry stands for all of its pool.
    """
    found: dict[int, set[str]] = {}

    def add(partners: Collection[int], why: str) -> None:
        for partner in partners:
            found.setdefault(partner, set()).add(why)

    programs = choice.programs or {""}
    base = [
        pools.registries.get((registry, program), frozenset())
        for registry in choice.registries
        for program in programs
    ]
    trained = [pools.trainings.get(code, frozenset()) for code in choice.trainings]
    if choice.registries:
        chosen = frozenset().union(*base)
        if choice.trainings:
            chosen &= frozenset().union(*trained)
        add(chosen, "registry")
    else:
        add(frozenset().union(*trained), "training")
    for council in choice.councils:
        add(pools.councils.get(council, frozenset()), "council")
    add(choice.partners, "name")
    add(pools.affected, "affected")
    return {partner: frozenset(why) for partner, why in found.items()}
