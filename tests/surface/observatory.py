"""The score that the Mozilla HTTP Observatory would give an answer, by its published weights.

Sources: "Tests and scoring" of the HTTP Observatory on MDN, the scoring document of
mozilla/http-observatory, and the score table of mdn/mdn-http-observatory. Everybody starts with
100; penalties are taken off, and rewards come on top when what is left is 90 or more.

Two of its ten tests ask what no single answer tells, and are taken as passed here at their neutral
weight of 0: that plain http leads to https on the same name, and that the certificate is valid
(HSTS counts only over https). They are the proxy's in front. A scanner on plain loopback would take
20 off for each. Rewards for being in browsers' preload list (5) are not counted either.
"""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

from tests.page import parse

BASE, FOR_REWARDS = 100, 90
WEIGHTS = {
    "csp-default-none": 10, "csp-no-unsafe": 5, "csp-unsafe-style-only": 0, "csp-insecure-passive": -10,
    "csp-unsafe-eval": -10, "csp-unsafe-inline": -20, "csp-insecure-scheme": -20, "csp-invalid": -25, "csp-none": -25,
    "cookies-samesite": 5, "cookies-secure": 0, "cookies-none": 0, "cookies-not-secure-hsts": -5,
    "cookies-session-not-secure-hsts": -10, "cookies-not-secure": -20, "cookies-samesite-invalid": -20,
    "cookies-csrf-without-samesite": -20, "cookies-session-not-httponly": -30, "cookies-session-not-secure": -40,
    "cors-none": 0, "cors-public": 0, "cors-restricted": 0, "cors-universal": -50,
    "referrer-private": 5, "referrer-none": 0, "referrer-unsafe": -5, "referrer-invalid": -5,
    "hsts-six-months": 0, "hsts-short": -10, "hsts-none": -20, "hsts-invalid": -20,
    "sri-all": 5, "sri-not-html": 0, "sri-no-scripts": 0, "sri-same-origin": 0, "sri-external-secure": -5,
    "sri-external-insecure-with": -20, "sri-external-insecure": -50,
    "nosniff": 0, "nosniff-none": -5, "nosniff-invalid": -5,
    "frames-csp": 5, "frames-deny": 0, "frames-none": -20, "frames-invalid": -20,
    "corp-same-origin": 10, "corp-same-site": 10, "corp-cross-origin": 0, "corp-none": 0, "corp-invalid": -5,
}  # fmt: skip
BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"}
UNSAFE = BROAD | {"'unsafe-inline'", "data:"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
LOOSE = {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
SIX_MONTHS = 15_768_000


def score(headers: Headers, html: str = "") -> int:
    """The score of one answer; `html` is its body where it is a page."""
    told = [WEIGHTS[result] for result in results(headers, html)]
    left = BASE + sum(weight for weight in told if weight < 0)
    rewards = sum(weight for weight in told if weight > 0)
    return max(left + rewards if left >= FOR_REWARDS else left, 0)


def results(headers: Headers, html: str = "") -> list[str]:
    """What each test says, one a test."""
    return [*(test(headers) for test in TESTS), _scripts(html)]


def _policy(headers: Headers) -> dict[str, set[str]] | None:
    """The directives of the policy; None for none, {} for one that is not one."""
    told = headers.getlist("Content-Security-Policy")
    if not told:
        return None
    found: dict[str, set[str]] = {}
    for directive in ";".join(told).split(";"):
        name, *sources = directive.split()[:1] + directive.lower().split()[1:]
        if name.lower() in found:
            return {}
        found[name.lower()] = set(sources)
    return found


def _csp(headers: Headers) -> str:
    policy = _policy(headers)
    if not policy:
        return "csp-none" if policy is None else "csp-invalid"
    default = policy.get("default-src", {"*"})
    script, style = policy.get("script-src", default), policy.get("style-src", default)
    passive = policy.get("img-src", default) | policy.get("media-src", default)
    active = set().union(*(s for n, s in policy.items() if n not in ("img-src", "media-src")))
    if script & UNSAFE or policy.get("object-src", default) & BROAD:
        return "csp-unsafe-inline"
    if _plain(active):
        return "csp-insecure-scheme"
    if "'unsafe-eval'" in script | style:
        return "csp-unsafe-eval"
    if _plain(passive):
        return "csp-insecure-passive"
    if style & UNSAFE:
        return "csp-unsafe-style-only"
    return "csp-default-none" if default == {"'none'"} else "csp-no-unsafe"


def _plain(sources: Iterable[str]) -> bool:
    return any(source.startswith(("http:", "ftp:")) for source in sources)


def _cookies(headers: Headers) -> str:
    cookies = [_cookie(text) for text in headers.getlist("Set-Cookie")]
    if not cookies:
        return "cookies-none"
    protected = _hsts(headers) == "hsts-six-months"
    found = [fault for name, parts in cookies for fault in _faults(name, parts, protected)]
    if found:
        return min(found, key=lambda fault: WEIGHTS[fault])
    return "cookies-samesite" if all(p.get("samesite") for _, p in cookies) else "cookies-secure"


def _cookie(text: str) -> tuple[str, dict[str, str]]:
    first, *rest = [part.strip() for part in text.split(";")]
    parts = {
        key.strip().lower(): value.strip() for key, _, value in (p.partition("=") for p in rest)
    }
    return first.partition("=")[0].lower(), parts


def _faults(name: str, parts: dict[str, str], protected: bool) -> Iterable[str]:
    session = "sess" in name or "login" in name
    if parts.get("samesite", "lax").lower() not in ("lax", "strict", "none"):
        yield "cookies-samesite-invalid"
    if "csrf" in name and not parts.get("samesite"):
        yield "cookies-csrf-without-samesite"
    if session and "httponly" not in parts:
        yield "cookies-session-not-httponly"
    if "secure" not in parts:
        yield f"cookies-{'session-' * session}not-secure{'-hsts' * protected}"
        if parts.get("samesite", "").lower() == "none":
            yield "cookies-samesite-invalid"


def _cors(headers: Headers) -> str:
    allowed = headers.get("Access-Control-Allow-Origin")
    if allowed is None:
        return "cors-none"
    shared = headers.get("Access-Control-Allow-Credentials", "").lower() == "true"
    return "cors-universal" if shared else "cors-public" if allowed == "*" else "cors-restricted"


def _referrer(headers: Headers) -> str:
    told = headers.get("Referrer-Policy")
    known = [word.strip() for word in (told or "").lower().split(",")]
    known = [word for word in known if word in PRIVATE | LOOSE]
    if told is None:
        return "referrer-none"
    return (
        "referrer-invalid"
        if not known
        else f"referrer-{'private' if known[-1] in PRIVATE else 'unsafe'}"
    )


def _hsts(headers: Headers) -> str:
    told = headers.get("Strict-Transport-Security")
    age = re.search(r"max-age=\"?(\d+)", told or "", re.IGNORECASE)
    if told is None:
        return "hsts-none"
    return (
        "hsts-invalid"
        if not age
        else "hsts-six-months"
        if int(age[1]) >= SIX_MONTHS
        else "hsts-short"
    )


def _nosniff(headers: Headers) -> str:
    told = headers.get("X-Content-Type-Options")
    return (
        "nosniff-none"
        if told is None
        else "nosniff"
        if told.strip().lower() == "nosniff"
        else "nosniff-invalid"
    )


def _frames(headers: Headers) -> str:
    policy, told = _policy(headers), headers.get("X-Frame-Options")
    if policy and not policy.get("frame-ancestors", {"*"}) & BROAD:
        return "frames-csp"
    if told is None:
        return "frames-none"
    return "frames-deny" if told.strip().lower() in ("deny", "sameorigin") else "frames-invalid"


def _corp(headers: Headers) -> str:
    told = headers.get("Cross-Origin-Resource-Policy")
    known = {"same-origin", "same-site", "cross-origin"}
    return "corp-none" if told is None else f"corp-{told if told in known else 'invalid'}"


def _scripts(html: str) -> str:
    if not html:
        return "sri-not-html"
    scripts = [node.attrs for node in parse(html).all("script") if node.attrs.get("src")]
    outside = [each for each in scripts if urlsplit(each["src"]).netloc]
    insecure = [each for each in outside if not each["src"].startswith("https:")]
    if not scripts:
        return "sri-no-scripts"
    if insecure:
        return "sri-external-insecure" + "-with" * all("integrity" in each for each in insecure)
    if all("integrity" in each for each in scripts):
        return "sri-all"
    loose = [each for each in outside if "integrity" not in each]
    return "sri-external-secure" if loose else "sri-same-origin"


TESTS: tuple[Callable[[Headers], str], ...] = (
    _csp, _cookies, _cors, _referrer, _hsts, _nosniff, _frames, _corp,
)  # fmt: skip
