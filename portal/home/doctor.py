"""`flask doctor`: is this portal sound where it stands? With --deploy: is it fit for the world?

Every check of every slice is on one list (`web/checkup.py`); this module brings the portal's own to it
and says the findings.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import current_app

from portal.home import (
    doctor_care,
    doctor_database,
    doctor_money,
    doctor_people,
    doctor_rows,
    doctor_settings,
    doctor_work,
)
from portal.kernel import clock
from portal.web.checkup import Outcome, Place, examine

LISTS = (
    *(doctor_settings, doctor_database, doctor_rows, doctor_people),
    *(doctor_care, doctor_money, doctor_work),
)
"""The modules whose checks join the list by being imported."""


def here(*, deploy: bool, deep: bool) -> Place:
    """Where the running portal stands, now."""
    told = current_app.extensions
    return Place(
        app=current_app,
        settings=told["portal.config"],
        program=told["portal.program"],
        now=clock.wall(),
        deploy=deploy,
        deep=deep,
    )


def ask(place: Place) -> tuple[Outcome, ...]:
    """Every check on the list, looked at in `place`."""
    return tuple(examine(place))


def lines(outcomes: Iterable[Outcome], sound: bool) -> Iterator[str]:
    """For a person: a line per check where all is sound, else a line per fault.

    What is told without being a fault stands in both.
    """
    for outcome in outcomes:
        for told in outcome.told:
            if told.fault:
                yield f"FAULT {outcome.check}: {told.said}. Mend: {told.mend}"
            else:
                yield f"note  {outcome.check}: {told.said}. To change it: {told.mend}"
        if sound and not outcome.told:
            yield f"ok    {outcome.check}"
        if not outcome.looked:
            yield f"note  {outcome.check}: not looked at, it needs what is broken above"


def as_json(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """For a machine: every check, whether it was looked at, and its findings with code and facts."""
    return [
        {
            "check": outcome.check,
            "looked": outcome.looked,
            "findings": [
                {
                    "code": told.finding.code,
                    "facts": dict(told.finding.facts),
                    "fault": told.fault,
                    "said": told.said,
                    "mend": told.mend,
                }
                for told in outcome.told
            ],
        }
        for outcome in outcomes
    ]
