"""Whether every message of the code has its words in every catalogue. Needs Babel: runs in the `.venv`.

`python -m devtools.catalogues` reports, `… update` brings the catalogues' lists of messages up to date.
"""

import re
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from devtools.settings import ROOT

KEYWORDS = ["_l", "lazy_gettext", "lazy_ngettext:1,2", "lazy_pgettext:1c,2"]
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdf]|%%|\{\w*\}")


def pybabel(*arguments: str) -> None:
    """Run Babel's own command in this process."""
    CommandLineInterface().run(["pybabel", "--quiet", *arguments])


def extract(target: Path) -> None:
    """Write the messages of code and templates, as pyproject.toml maps them."""
    keywords = [word for keyword in KEYWORDS for word in ("-k", keyword)]
    names = [
        "--project",
        "partner-portal",
        "--version",
        "1",
        "--no-wrap",
        "--sort-by-file",
        "--add-location=file",
    ]
    pybabel("extract", "-F", "pyproject.toml", *keywords, *names, "-o", str(target), ".")


def problems(messages: Catalog, translated: Catalog, overlay: bool = False) -> list[str]:
    """What a catalogue lacks; an overlay may be partial, but says nothing that is not asked."""
    found = []
    for message in messages:
        if not message.id:
            continue
        own = translated.get(message.id, message.context)
        if own is not None and own.string and all(texts(own.string)):
            found += [f"{named(message)} is marked fuzzy"] if own.fuzzy else []
            found += placeholder_problems(own)
        elif not overlay:
            found.append(f"{named(message)} has no translation")
    for message in translated:
        if message.id and messages.get(message.id, message.context) is None:
            found.append(f"{named(message)} is asked by nothing any more")
    return found


def texts(value: object) -> list[str]:
    """A message's text, or its texts when it has plurals."""
    return [str(text) for text in value] if isinstance(value, list | tuple) else [str(value or "")]


def named(message: Message) -> str:
    """A message as a problem line names it."""
    return repr(texts(message.id)[0])


def placeholder_problems(message: Message) -> list[str]:
    """Placeholders that the words drop or add: they would show raw, or break the page."""
    wanted = {mark for text in texts(message.id) for mark in PLACEHOLDER.findall(text)}
    return [
        f"{named(message)} has other placeholders than {text!r}"
        for text in texts(message.string)
        # One form of a plural may say "one" in words.
        if (set(PLACEHOLDER.findall(text)) != wanted and isinstance(message.id, str))
        or not set(PLACEHOLDER.findall(text)) <= wanted
    ]


def read(path: Path) -> Catalog:
    """Read a catalogue file."""
    with path.open("rb") as file:
        return read_po(file)


def main(arguments: list[str]) -> int:
    """Report (1 when there is something to report), or update."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        if arguments == ["update"]:
            keep = ["--no-fuzzy-matching", "--ignore-obsolete", "--no-wrap"]
            pybabel("update", "-i", str(template), "-d", "translations", *keep)
            return 0
        messages = read(template)
    own = sorted(ROOT.glob("translations/*/LC_MESSAGES/messages.po"))
    overlays = sorted(ROOT.glob("portal/programs/*/translations/*/LC_MESSAGES/messages.po"))
    found = [] if own else ["translations/: there is no catalogue"]
    for path in own + overlays:
        found += [
            f"{path.relative_to(ROOT)}: {line}"
            for line in problems(messages, read(path), path in overlays)
        ]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
