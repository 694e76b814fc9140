"""Where a rule is explained: its place in the rulebook, and the answer that stands on it.

The slice that keeps the answers registers the look-up, so that those below it can link there.
"""

from collections.abc import Callable, Mapping
from typing import Any

from portal.web.site import language, url

Answer = Mapping[str, str]
_lookups: list[Callable[[str, str], Answer | None]] = []


def answers(lookup: Callable[[str, str], Answer | None]) -> Callable[[str, str], Answer | None]:
    """Register the look-up (rule id, language) -> {"url", "label"} of the answer, or None."""
    _lookups[:] = [lookup]
    return lookup


def answer_behind(rule: str) -> Answer | None:
    """The question whose answer stands on `rule`, in the page's language."""
    return _lookups[0](rule, language()) if _lookups else None


def rule_url(rule: str) -> str:
    """Where `rule` is explained: its place in the rulebook, or the question that states it."""
    if rule.startswith("Q"):
        return url("site.faq.question", slug=rule.lower())
    return f"{url('site.home.rules')}#{rule}"


def rule_box(
    rule: str,
    code: str,
    text: str,
    *,
    blocks: bool = False,
    line: str | None = None,
    nearest: Mapping[str, Any] | None = None,
    answered: bool = True,
) -> dict[str, Any]:
    """A reason as every receipt draws it: the rule, what it says here, the answer behind it (if
    `answered`), and the nearest yes.
    """
    return {
        "rule": rule,
        "rule_url": rule_url(rule),
        "code": code,
        "blocks": blocks,
        "line": line,
        "text": text,
        "faq": answer_behind(rule) if answered else None,
        "nearest": nearest,
    }
