"""What a slice shows of itself, as the wiring takes it: each slice's `faces.py` names its own once."""

from dataclasses import dataclass
from types import ModuleType

from click import Command
from flask import Blueprint


@dataclass(frozen=True)
class Faces:
    """`pages` stand under a language, `bare` do not; `commands` join the command line.

    `joined` are modules that join by being imported: views their slice's blueprint, jobs the
    timetable, scopes their tables, desks and labels the facts they speak of.
    """

    pages: tuple[Blueprint, ...] = ()
    bare: tuple[Blueprint, ...] = ()
    commands: tuple[Command, ...] = ()
    joined: tuple[ModuleType, ...] = ()
