"""Rich text (catalogue B15): whatever is written, nothing that acts comes out.

Own payloads, in Markdown and in raw HTML; what comes out is parsed, not searched by a pattern. Two
walls: Markdown that lets no HTML through, and an allow-list over whatever came out of it.
"""

import re
from collections.abc import Iterator

import nh3
import pytest
from markdown_it import MarkdownIt

from portal.web import richtext
from tests.page import Node, parse

CALL = "alert(1)"
SCRIPTS = [
    f"<script>{CALL}</script>", "<ScRiPt src=//evil.example/x.js></sCrIpT>", f"<script\n>{CALL}</script\n>",
    f"<script/x>{CALL}</script>", f"<<script>{CALL}//<</script>", f"</p><script>{CALL}</script>", "<script",
    f"<scr<script>ipt>{CALL}</scr</script>ipt>", f"<!--><script>{CALL}</script>-->", f"<![CDATA[<script>{CALL}</script>]]>",
    f"<?xml version='1.0'?><script>{CALL}</script>", f"<noscript><p title='</noscript><script>{CALL}</script>'>",
    f"`</code><script>{CALL}</script>`", f"```\n</code></pre><script>{CALL}</script>\n```", f"    <script>{CALL}</script>",
]  # fmt: skip
HANDLERS = [
    f'<img src=x onerror="{CALL}">', f"<img src=x onerror={CALL}//", f"<p onclick='{CALL}'>x</p>", f"<a onmouseover={CALL} href=#>x</a>",
    f"<svg onload={CALL}>", f"<svg><animate onbegin={CALL} attributeName=x>", f"<svg/onload={CALL}//", f"<body onload={CALL}>",
    f"<details open ontoggle={CALL}>", f"<video><source onerror={CALL}>", f"<input autofocus onfocus={CALL}>",
    f"<marquee onstart={CALL}>", f"<strong onpointerenter={CALL}>x</strong>", f'<p/onclick="{CALL}">x', f"<p\x0conclick={CALL}>x",
    f'<em style="background:url(javascript:{CALL})">x</em>', f"<p title='a' on\nclick={CALL}>x",
]  # fmt: skip
FRAMES = [
    "<iframe src=javascript:alert(1)>", f'<iframe srcdoc="<script>{CALL}</script>">', "<object data=x.svg></object>", "<embed src=x.swf>",
    "<base href=//evil.example>", "<link rel=stylesheet href=//evil.example/x.css>", "<meta http-equiv=refresh content='0;//evil.example'>",
    "<style>@import '//evil.example/x.css';</style>", "<form action=//evil.example><button>x</button></form>", "<input name=csrf_token>",
    "<template><img src=x onerror=1></template>", "<dialog open>x</dialog>", "<portal src=//evil.example>", "<frameset><frame src=x></frameset>",
    "<img src=//evil.example/pixel.png>", "<table background=//evil.example><td>x</td></table>", "<audio src=//evil.example>", "<svg><use href=data:x>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>", "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "![x](//evil.example/pixel.png)", "![x](javascript:alert(1))", '![x](x "onerror=1")',
]  # fmt: skip
LINKS = [
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](javascript&colon;alert(1))", "[x](javascript&#58;alert(1))", "[x](&#106;avascript:1)",
    "[x](&#x6A&#x61vascript:alert(1))", "[x](java%0ascript:alert(1))", "[x](java&#10;script:alert(1))", "[x](java&Tab;script:alert(1))", "[x]( javascript:1)",
    "[x](\x01javascript:alert(1))", "[x](vbscript:x)", "[x](data:text/html,<script>alert(1)</script>)", "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](file:///etc/passwd)",
    "[x](blob:https://a/1)", "[x](intent://a#Intent;end)", "[x](feed:javascript:alert(1))", "[x](view-source:javascript:1)", "[x](about:blank)", "[x](ftp://a.example)",
    "<javascript:alert(1)>", "<JAVASCRIPT:alert(1)>", "[x]: javascript:alert(1)\n[x]", "[x][1]\n\n[1]: data:text/html,x", "[x](<javascript:alert(1)>)",
    '<a href="javascript:alert(1)">x</a>', "<a href='  javascript:alert(1)'>x</a>", "<a href=java&#x09;script:alert(1)>x</a>", '[x](https://a.example "onclick=1")',
    '[x](https://a.example/"onclick="alert(1))', "[x](https://a.example/'><script>alert(1)</script>)", "[a](https://a.example '\"><img src=x onerror=1>')",
    "[x](https://a.example/\u202egpj.exe)", "[<img src=x onerror=1>](https://a.example)", "[![x](javascript:1)](javascript:1)", "[x](\\javascript:alert(1))",
]  # fmt: skip
MUTATING = [
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=1>'>", "<svg></p><style><a id='</style><img src=1 onerror=1>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=1>", "<noscript><style></noscript><img src=x onerror=1>",
    "<svg><style><img src=x onerror=1></style></svg>", "<p><svg><desc><p title='</desc></svg><img src=x onerror=1>'>", "<table><a href=x><td><a onclick=1>",
    "<select><template><style><!--</select></template><img src=x onerror=1>", "<xmp><p title='</xmp><img src=x onerror=1>'>", "<textarea></p><img src=x onerror=1></textarea>",
    "<title></title><img src=x onerror=1>", "<plaintext><img src=x onerror=1>", "<annotation-xml encoding='text/html'><img src=x onerror=1>", "<!--a--!><img src=x onerror=1>",
    "&lt;img src=x onerror=1&gt;", "&amp;lt;script&amp;gt;", "\\<script>alert(1)</script>", "<\u0131mg src=x onerror=1>", "＜script＞alert(1)＜/script＞", "+ADw-script+AD4-",
]  # fmt: skip
DEEP = {
    "quotes": ">" * 3_000 + " x", "lists": "- " * 3_000 + "x", "numbers": "1. " * 3_000 + "x", "brackets": "[" * 3_000 + "x" + "](a)" * 3_000,
    "stars": "*" * 3_000 + "x" + "*" * 3_000, "pairs": "**a _b " * 3_000, "ticks": "`" * 3_000 + "x", "images": "![" * 3_000, "html": "<p>" * 3_000 + "x",
    "angles": "<" * 30_000, "entities": "&" * 30_000, "links": "[a](" * 3_000, "spaces": " " * 30_000 + "x", "steps": "".join(" " * i + "- x\n" for i in range(300)),
}  # fmt: skip
EVERY = [*SCRIPTS, *HANDLERS, *FRAMES, *LINKS, *MUTATING]
ALLOWED = {"a": {"href", "rel"}}
# As browsers read it: anything else before a colon is a path of this site.
SCHEME = re.compile(r"[\x00-\x20]*([a-z][a-z0-9+.-]*):")
REL = {"noopener", "noreferrer", "nofollow"}


def active(html: str) -> Iterator[str]:
    """Whatever could act or lead where it should not, of HTML as a parser reads it."""
    waiting: list[Node | str] = [parse(html)]
    while waiting:  # deeper than Python would follow
        node = waiting.pop()
        if isinstance(node, str):
            continue
        waiting += node.children
        if node.tag and node.tag not in richtext.TAGS:
            yield str(node)
        for name in node.attrs.keys() - ALLOWED.get(node.tag, set()):
            yield f"{node} {name}"
        if node.tag == "a":
            yield from _link(node)


def _link(node: Node) -> Iterator[str]:
    href = node.attrs.get("href", "").strip().lower()
    scheme = SCHEME.match("".join(href.split()))
    if scheme and scheme[1] not in richtext.SCHEMES:
        yield f"{node} leads by {scheme[1]}"
    if set(node.attrs.get("rel", "").split()) != REL:
        yield f"{node} tells where it stands"


@pytest.mark.parametrize("payload", EVERY)
def test_nothing_that_acts_comes_out(payload: str) -> None:
    for text in (payload, f"a {payload} b", f"- **{payload}**", f"> {payload}\n\n{payload}"):
        html = richtext.to_html(text)
        assert not list(active(html)), html
        again = nh3.clean(html, tags=richtext.TAGS, attributes=ALLOWED, link_rel=None)
        assert again == html, "a parser of browsers reads it otherwise than it was written"


@pytest.mark.parametrize("payload", EVERY)
def test_the_second_wall_holds_alone(payload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the first: with HTML let through by Markdown, the allow-list still stops it."""
    monkeypatch.setattr(richtext, "_markdown", MarkdownIt("commonmark", {"html": True}))
    assert not list(active(richtext.to_html(payload)))


def test_without_both_walls_payloads_act() -> None:
    """The control of both, and of the judge."""
    bare = MarkdownIt("commonmark", {"html": True})
    bare.validateLink = lambda url: True  # type: ignore[method-assign]
    harmless = [payload for payload in EVERY if not list(active(bare.render(payload)))]
    assert len(harmless) < len(EVERY) / 4


@pytest.mark.parametrize(
    "address", ["https://a.example/b?c=d#e", "http://a.example", "mailto:a@b.example", "tel:+525555550100", "/es/faq"]
)  # fmt: skip
def test_a_good_link_leads_on_and_tells_nobody_where_it_stands(address: str) -> None:
    [link] = parse(richtext.to_html(f"[x]({address})")).all("a")
    assert link.attrs["href"] == address and set(link.attrs["rel"].split()) == REL


@pytest.mark.parametrize("what", DEEP)
def test_what_is_nested_three_thousand_deep_neither_breaks_nor_acts(what: str) -> None:
    html = richtext.to_html(DEEP[what])
    assert not list(active(html))
    assert len(html) < 10 * len(DEEP[what]) + 1_000
    richtext.to_text(html)
    richtext.opening(html)


def test_words_of_rich_text_are_words_only() -> None:
    """What mails and searches are given holds the text of a payload, as text."""
    for payload in EVERY:
        text = richtext.to_text(richtext.to_html(payload))
        assert "\0" not in text
    assert richtext.to_text(richtext.to_html("a < b & **c**")) == "a < b & c"
