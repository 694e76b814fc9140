"""Answers as they are shown: Markdown with standing promises inside, to HTML that is safe.

Whoever wrote the Markdown, what comes out holds text, emphasis, lists and links and nothing else.
"""

import html
import re
from collections.abc import Mapping

import nh3
from markdown_it import MarkdownIt

EMBED = re.compile(r"\[\[(\w+)\]\]")
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "h2", "h3", "a"}
SCHEMES = {"https", "http", "mailto", "tel"}
_PARAGRAPH_END = re.compile(r"</(?:p|li|h2|h3|blockquote)>|<br>")
_SPACES = re.compile(r"[ \t]*\n\s*")
_markdown = MarkdownIt("commonmark", {"html": False})


def embed(text: str, blocks: Mapping[str, str]) -> str:
    """`text` with each `[[P2]]` replaced by that block. Raises KeyError for one there is not."""
    return EMBED.sub(lambda found: blocks[found[1]].strip(), text)


def to_html(markdown: str) -> str:
    """Sanitised HTML of `markdown`; raw HTML in it comes out as the text it is."""
    return nh3.clean(
        _markdown.render(markdown),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()


def to_text(safe_html: str) -> str:
    """The words of sanitised HTML, a paragraph a line."""
    broken = _PARAGRAPH_END.sub(lambda end: end[0] + "\n", safe_html)
    bare = html.unescape(nh3.clean(broken, tags=set()))
    return _SPACES.sub("\n", bare).strip()


def opening(safe_html: str) -> str:
    """The first paragraph of an answer as text: it answers the question, qualifiers included."""
    first = to_text(safe_html).partition("\n")[0]
    return first[:-1] + " …" if first.endswith(":") else first
