"""What no line of the portal does, read from its source: so no input can make it do it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.config import ROOT

SOURCES = sorted((ROOT / "portal").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
# What each would allow, and the few places that are looked at by name (V: ASVS, B: catalogue).
FORBIDDEN = {
    "code from text (V1.3.2)": {"eval", "exec", "compile", "__import__"},
    "programs of the machine (V1.2.5)": {"os.system", "os.popen", "subprocess", "pty"},
    "objects from bytes (V1.5.2)": {"pickle", "marshal", "shelve", "yaml", "jsonpickle"},
    "templates from text (V1.3.7)": {"render_template_string", "from_string", "Template"},
    "XML that fetches (V1.5.1)": {"xml.etree", "xml.dom", "xml.sax", "lxml"},
    "requests to elsewhere (V1.3.6, B16)": {
        *("urllib.request", "http.client", "requests", "httpx", "ftplib", "telnetlib"),
    },
    "weak digests (V11.4.1)": {"hashlib.md5", "hashlib.sha1", "md5", "sha1"},
    "guessable numbers (V11.5.1)": {"random", "uuid.uuid1", "uuid1"},
    "ciphers mixed by hand (V11.3.1)": {"cryptography.hazmat", "Crypto"},
}
# Markup says "this is safe": each use is a constant, escapes what it takes, or was sanitised.
MARKUP = {
    *("web/errors.py", "web/i18n.py", "web/mail_words.py", "web/richtext.py", "home/rulebook.py"),
    *("accounts/inbox_views.py", "accounts/factor_views.py", "faq/views.py", "faq/desk_views.py"),
}


def named(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module and name that is imported or called, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield node.lineno, module
            for each in node.names:
                yield node.lineno, f"{module}.{each.name}"
                yield node.lineno, each.name
        elif isinstance(node, ast.Call):
            said = ast.unparse(node.func)
            yield node.lineno, said
            yield node.lineno, said.rpartition(".")[2] if "re." not in said else said


def found(source: str, names: set[str]) -> list[str]:
    return [
        f"line {line}: {said}"
        for line, said in named(ast.parse(source))
        if any(said == name or said.startswith(f"{name}.") for name in names)
    ]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_line_of_the_portal_does_it(what: str) -> None:
    told = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := found(path.read_text("utf-8"), FORBIDDEN[what]))
    }
    assert told == {}


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("code from text (V1.3.2)", "eval(text)"),
        ("programs of the machine (V1.2.5)", "from subprocess import run"),
        ("programs of the machine (V1.2.5)", "os.system(text)"),
        ("objects from bytes (V1.5.2)", "import pickle"),
        ("templates from text (V1.3.7)", "env.from_string(text)"),
        ("XML that fetches (V1.5.1)", "from xml.etree import ElementTree"),
        ("requests to elsewhere (V1.3.6, B16)", "import urllib.request"),
        ("weak digests (V11.4.1)", "hashlib.md5(text)"),
        ("guessable numbers (V11.5.1)", "import random"),
        ("ciphers mixed by hand (V11.3.1)", "from cryptography.hazmat import primitives"),
    ],
)
def test_a_line_that_does_it_is_found(what: str, line: str) -> None:
    """The control."""
    assert found(line, FORBIDDEN[what])


def test_no_template_passes_by_the_escaping() -> None:
    """V1.2.1: nothing is marked safe in a template, and escaping is switched off nowhere."""
    off = re.compile(r"\|\s*safe\b|autoescape\s+false")
    assert [path.name for path in TEMPLATES if off.search(path.read_text("utf-8"))] == []


def test_text_is_called_safe_in_known_places_only() -> None:
    """Who adds one looks at it, and at what is put in."""
    places = {
        str(path.relative_to(ROOT / "portal"))
        for path in SOURCES
        if re.search(r"\bMarkup\(", path.read_text("utf-8"))
    }
    assert places == MARKUP


def test_no_script_makes_a_page_of_text_or_keeps_anything() -> None:
    """V3.2.2, V14.3.3: no HTML from strings into the page, nothing in the browser's storage."""
    harm = re.compile(
        r"\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
        r"(local|session)Storage|indexedDB|document\.cookie|window\.\w+\s*="
    )
    told = {path.name: harm.findall(path.read_text("utf-8")) for path in SCRIPTS}
    assert {name: lines for name, lines in told.items() if lines} == {}


def test_pages_fetch_nothing_from_elsewhere() -> None:
    """V3.6.1, V14.2.3: no address of another host in a template's src or href but of links."""
    foreign = re.compile(
        r"""<(?:script|img|link|iframe|source)[^>]+(?:src|href)=["'](?:https?:)?//"""
    )
    assert [p.name for p in TEMPLATES if foreign.search(Path(p).read_text("utf-8"))] == []
