"""Where a rule is explained: its place in the rulebook, and the answer that stands on it.

The slice that keeps the answers registers the look-up, so that those below it can link there.
"""

from collections.abc import Callable, Mapping

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
    """The place of `rule` in the rulebook."""
    return f"{url('site.home.rules')}#{rule}"
