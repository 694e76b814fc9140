"""A page looked at in a real browser: axe's rules, and whether it fits its width.

A page is looked at in two languages, at two widths, light and dark. Each look asks all of axe; the
four looks of a page are chosen so that each pair (language and width, language and colours, width
and colours) is met once, and both widths are measured in both languages. `./dev test --long` looks
in all eight ways.
"""

import json
import os
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

EVERY = ((1280, "light"), (360, "dark"), (360, "light"), (1280, "dark"))
LOOKS = {"es": EVERY[:2], "en": EVERY[2:]}
if os.environ.get("PORTAL_TEST_LONG"):
    LOOKS = {"es": EVERY, "en": EVERY}
# What axe found wrong: the rule, and the first elements that break it.
VIOLATIONS = """async () => {
    const told = await axe.run({resultTypes: ["violations"], ancestry: false});
    return told.violations.map(one => [one.id, one.nodes.slice(0, 3).map(node => node.target)]);
}"""
OVER = "document.documentElement.scrollWidth - window.innerWidth"


def reading(chromium: Browser, address: str, **more: Any) -> BrowserContext:
    """A fresh reader whose pages have axe at hand from the start: it is large, and sent once.

    Without motion, colours are what they will be: a fade is not a contrast to judge.
    """
    context = chromium.new_context(base_url=address, reduced_motion="reduce", **more)
    context.set_default_timeout(120_000)
    context.add_init_script(AXE_SCRIPT)
    return context


def look(page: Page, path: str) -> list[str]:
    """What is wrong with the page at `path` of a `reading` context, in each look of its language."""
    response = page.goto(path)
    assert response is not None
    problems = [] if response.status in (200, 404) else [f"{path}: {response.status}"]
    for width, scheme in LOOKS[path[1:3]]:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        at = f"{path} at {width} {scheme}"
        over = page.evaluate(OVER)
        if over > 0:
            problems.append(f"{at}: {over} pixels too wide")
        for rule, nodes in page.evaluate(VIOLATIONS):
            problems.append(f"{at}: {rule} {json.dumps(nodes)}")
    return problems
