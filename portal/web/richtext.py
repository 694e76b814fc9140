"""Markdown that people wrote, as HTML that is safe, and as words: the one way of rich text.

Whoever wrote it, what comes out holds text, emphasis, lists and links and nothing else. Links lead
to http, https, mail and telephone only, and tell neither page nor search engines where they stand.
"""

import html
import re

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "h2", "h3", "a"}
SCHEMES = {"https", "http", "mailto", "tel"}
_PARAGRAPH_END = re.compile(r"</(?:p|li|h2|h3|blockquote)>|<br>")
_markdown = MarkdownIt("commonmark", {"html": False})


def to_html(markdown: str) -> str:
    """Sanitised HTML of `markdown`; raw HTML in it comes out as the text it is."""
    return nh3.clean(
        _markdown.render(markdown),
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def to_page(markdown: str) -> Markup:
    """The same for a template, which shows it as it is."""
    return Markup(to_html(markdown))


def to_text(safe_html: str) -> str:
    """The words of sanitised HTML, a paragraph a line."""
    broken = _PARAGRAPH_END.sub(lambda end: end[0] + "\n", safe_html)
    bare = html.unescape(nh3.clean(broken, tags=set()))
    lines = (line.strip() for line in bare.split("\n"))
    return "\n".join(line for line in lines if line)


def opening(safe_html: str) -> str:
    """The first paragraph of an answer as text: it answers the question, qualifiers included."""
    first = to_text(safe_html).partition("\n")[0]
    return first[:-1] + " …" if first.endswith(":") else first
