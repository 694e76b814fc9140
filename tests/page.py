"""The page checks: what every page of the portal owes its reader, in either language.

`check_page` reads the HTML as sent, with the standard library alone, and names each problem in a
sentence. It judges one page; what needs a browser (contrast, focus, width) is axe's.
"""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

VOID = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    }
)
HIDDEN_FROM_TEXT = frozenset({"script", "style", "template"})
UNLABELLED_TYPES = frozenset({"hidden", "submit", "button", "image", "reset"})
LEAKS = (
    ("{{", "a template expression"),
    ("{%", "a template statement"),
    ("%(", "an unfilled placeholder"),
    ("<Undefined", "an undefined value"),
    ("LazyString", "an unspoken lazy text"),
)


class Node:
    """An element with its attributes, its children (elements and texts) and its parent."""

    def __init__(self, tag: str, attrs: dict[str, str], parent: "Node | None") -> None:
        self.tag, self.attrs, self.parent = tag, attrs, parent
        self.children: list[Node | str] = []

    def __str__(self) -> str:
        told = [
            f'{k}="{self.attrs[k]}"' for k in ("id", "name", "href", "class") if k in self.attrs
        ]
        return f"<{' '.join([self.tag, *told[:2]])}>"

    def walk(self) -> Iterator["Node"]:
        """Yield this element and all below it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, *tags: str) -> list["Node"]:
        """Return the elements of these tags at or below this one."""
        return [node for node in self.walk() if node.tag in tags]

    def above(self, *tags: str) -> "Node | None":
        """Return the nearest element of these tags around this one."""
        node = self.parent
        while node is not None and node.tag not in tags:
            node = node.parent
        return node

    def texts(self) -> Iterator[str]:
        """Yield the pieces of text a reader meets; scripts and styles are none."""
        if self.tag in HIDDEN_FROM_TEXT:
            return
        for child in self.children:
            if isinstance(child, Node):
                yield from child.texts()
            else:
                yield child

    def name(self) -> str:
        """Return what a screen reader calls it by its content: texts and the alt of images."""
        if self.attrs.get("aria-hidden") == "true":
            return ""
        parts = [
            c if isinstance(c, str) else c.attrs.get("alt", "") + c.name() for c in self.children
        ]
        return (self.attrs.get("aria-label", "") + " ".join(parts)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {key: value or "" for key, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Node(tag, {key: value or "" for key, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.here
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self.here = node.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def parse(html: str) -> Node:
    """Return the page as a tree under a nameless root."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def check_page(html: str, *, lang: str) -> list[str]:
    """Return every problem of a whole page that should be in `lang`; a sound page returns none."""
    root = parse(html)
    return [problem for check in CHECKS for problem in check(root, lang)]


def _language(root: Node, lang: str) -> Iterator[str]:
    told = [node.attrs.get("lang", "") for node in root.all("html")]
    if told != [lang]:
        yield f"the page says lang {told}, not {lang!r}"


def _title(root: Node, lang: str) -> Iterator[str]:
    titles = [
        "".join(node.texts()).strip(" ·\n") for node in root.all("title") if not node.above("svg")
    ]
    if len(titles) != 1 or not titles[0]:
        yield f"one title is due, there is {titles}"


def _headings(root: Node, lang: str) -> Iterator[str]:
    headings = [node for node in root.walk() if re.fullmatch("h[1-6]", node.tag)]
    ones = [node.name() for node in headings if node.tag == "h1"]
    if len(ones) != 1:
        yield f"one h1 is due, there are {len(ones)}: {ones}"
    # The side column is a part beside the page: its headings begin again at h2.
    last = 0
    for node in headings:
        level = int(node.tag[1])
        if not node.name():
            yield f"{node} is an empty heading"
        if last and level > last + 1:
            yield f"{node} {node.name()!r} skips from h{last} to h{level}"
        last = level


def _ids(root: Node, lang: str) -> Iterator[str]:
    seen: set[str] = set()
    for node in root.walk():
        ident = node.attrs.get("id")
        if ident is not None and (not ident or ident in seen):
            yield f"id {ident!r} stands twice or is empty, again at {node}"
        seen.add(ident or "")


def _labels(root: Node, lang: str) -> Iterator[str]:
    labelled = {n.attrs["for"] for n in root.all("label") if "for" in n.attrs and n.name()}
    for node in root.all("input", "select", "textarea"):
        if node.tag == "input" and node.attrs.get("type") in UNLABELLED_TYPES:
            continue
        named = node.attrs.get("id") in labelled or node.attrs.get("aria-label")
        if not (named or node.attrs.get("aria-labelledby") or node.above("label")):
            yield f"{node} has no label"
    for node in root.all("fieldset"):
        if not any(legend.name() for legend in node.all("legend")):
            yield f"{node} has no legend"


def _references(root: Node, lang: str) -> Iterator[str]:
    ids = {node.attrs["id"] for node in root.walk() if "id" in node.attrs}
    for node in root.walk():
        for key in ("aria-describedby", "aria-labelledby", "aria-controls", "for", "data-live"):
            for target in node.attrs.get(key, "").split():
                if target not in ids:
                    yield f"{node} points by {key} to {target!r}, which is not there"
        href = node.attrs.get("href", "")
        if node.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            yield f"{node} leads to {href}, which is not there"


def _names(root: Node, lang: str) -> Iterator[str]:
    for node in root.all("a", "button", "summary"):
        if not (node.name() or node.attrs.get("aria-labelledby")):
            yield f"{node} has no name"
        if node.tag == "a" and not node.attrs.get("href"):
            yield f"{node} leads nowhere"
    for node in root.all("img"):
        if "alt" not in node.attrs:
            yield f"{node} has no alt"
    for node in root.all("svg"):
        if node.attrs.get("aria-hidden") != "true" and not node.all("title"):
            yield f"{node} is a picture without a title"


def _inline(root: Node, lang: str) -> Iterator[str]:
    for node in root.walk():
        if node.tag == "style" or "style" in node.attrs:
            yield f"{node} carries inline style"
        if node.tag == "script" and not node.attrs.get("src"):
            yield f"{node} is an inline script"
        for key, value in node.attrs.items():
            if key.startswith("on"):
                yield f"{node} carries the handler {key}"
            if key in ("href", "src", "action") and value.strip().lower().startswith("javascript:"):
                yield f"{node} runs a script by its {key}"


def _leaks(root: Node, lang: str) -> Iterator[str]:
    for node in root.walk():
        texts = [
            c for c in node.children if isinstance(c, str) and node.tag not in HIDDEN_FROM_TEXT
        ]
        for text in (*texts, *node.attrs.values()):
            told = f"at {node}: {text.strip()[:60]!r}"
            yield from (f"{what} leaks {told}" for sign, what in LEAKS if sign in text)
            # "None" is an English word in a sentence, never one alone nor a part of an address.
            alone = text.strip(" .:·,()\n") == "None" or re.search(r"[/=]None\b", text)
            if alone or (lang != "en" and re.search(r"\bNone\b", text)):
                yield f"None leaks {told}"


def _tables(root: Node, lang: str) -> Iterator[str]:
    for node in root.all("table"):
        if not any(caption.name() for caption in node.all("caption")):
            yield f"{node} has no caption"
        heads = node.all("th")
        if not heads:
            yield f"{node} has no th"
        for head in heads:
            if head.attrs.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f"{node} has a th without scope: {head.name()!r}"


def _forms(root: Node, lang: str) -> Iterator[str]:
    for node in root.all("form"):
        method = node.attrs.get("method", "get").lower()
        tokens = [n for n in node.all("input") if n.attrs.get("name") == "csrf_token"]
        if method == "post" and not (tokens and tokens[0].attrs.get("value")):
            yield f"{node} posts without csrf_token"
        if method == "get" and tokens:
            yield f"{node} puts csrf_token into an address"
        if node.above("form"):
            yield f"{node} stands inside another form"


CHECKS: tuple[Callable[[Node, str], Iterator[str]], ...] = (
    _language,
    _title,
    _headings,
    _ids,
    _labels,
    _references,
    _names,
    _inline,
    _leaks,
    _tables,
    _forms,
)
