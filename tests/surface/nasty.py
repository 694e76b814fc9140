"""What hostile requests are made of: values, names, headers, files and bodies, of our own making."""

import io
import random
import zlib

SEED = 20171201
BIG = "9" * 31
# What the edge refuses wherever it stands (400).
NO_TEXT = ["\0", "a\0b", "\x01", "\x1b[31m", "\x7f", "\x1f" * 9]
TEXTS = [
    *("", " ", "\ufffe", "\u202e", "İıſK", "👩‍🚀" * 40, "%", "%%", "%00", "_", "\\", "'", '"', "\u200b", "\ufeff"),
    *("%C0%80", "%ED%A0%80", "%ff", "../../etc/passwd", "..\\..", "//evil.example", "\\\\evil", "file:///etc/passwd"),
    *("' OR 1=1 --", '"; DROP TABLE person; --', "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "%(x)s", "{0.__class__}"),
    *("\r\nX-Evil: 1", "a@b.example\r\nBcc: c@d.example", "\t", "\x0b\x0c", "\x85\u2028", "None", "null", "true", "-1", "0", "1"),
    *("1e400", "NaN", "-0", "1.5", "1,5", "+1", BIG, f"-{BIG}", "2147483647", "2147483648", "9223372036854775808"),
    *("0x10", "1_000", "١٢٣", "²", "10" * 15, "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "sort", "name desc", "id;--"),
    *("0000-00-00", "0001-01-01", "9999-12-31", "2018-02-30", "2017-13-01", "2017-W01-1", "20171201", "2017-12-01T00:00:00Z"),
    *("9999-12-31.1", f"2017-01-01.{BIG}", "2017-01-01.-1", ".", "-.-", "2017-01-01.1.1", "2017-12-01.1", "٢٠١٧-١٢-٠١"),
    *("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{" * 36, "0" * 32, "urn:uuid:1"),
    *("es_419", "de_DE.UTF-8", "xx", "level3", "centurylink", "q5", "ZZZZ9999", "ß" * 8, "user@nowhere.example", "a@" + "b" * 250),
    *("admin", "partner_admin", "channel_manager", "approved", "active", "on", "xn--80ak6aa92e.example", "a@b@c", "\"a b\"@c.example"),
    *("🧨", "NORTE", "Ñandú", "N\u0303andu", "../", "con", "user@[127.0.0.1]", "+52 55", "123456", "000000", "á" * 300),
]  # fmt: skip
# A line of a request is at most 8190 long; longer ones come in bodies only.
LONG = [
    *("[" * 5_000, '{"a":' * 2_000, "a" * 100_000, "é" * 20_000, "a,b;c\n" * 3_000, "-/" * 400),
    *("<b>" * 9_000, "((((" * 8_000, "*" * 30_000, "\n" * 30_000, "a@" * 9_000, "9" * 20_000, "> " * 3_000),
]  # fmt: skip
NAMES = [
    *("q", "a", "s", "p", "k", "new", "key", "customer", "partner", "older", "newer", "after", "before", "page"),
    *("state", "sample", "product", "lang", "next", "on", "email", "password", "demo", "csrf_token", "sort", "id"),
    *("idempotency_key", "_external", "_scheme", "_anchor", "_method", "endpoint", "self", "values", "role"),
    *("[]", "a[0]", "__class__", "é", "", "partner_id", "limit", "offset", "format", "callback", "ref", "kind"),
]  # fmt: skip
COOKIES = [
    *("lang=xx", "lang=../../etc; ;;=;", "lang=" + "A" * 3_000, "remember_token=1|00", "=; =;", 'lang="\\000"'),
    *("lang=es; lang=en", "session=.eJw.", "a=" + "b" * 4_000, "lang=%00", "é=é", "; " * 900, "_flashes=x"),
]  # fmt: skip
HEADERS = {
    "Accept-Language": ["es" + ",es;q=0.1" * 700, ";;;,,,=q", "es_419", "*;q=NaN", "x" * 7_000, "en;q=9e999", "../../etc"],
    "X-Partial": ["1", "0", "x" * 5_000],
    "X-Forwarded-Host": ["evil.example"], "X-Forwarded-Proto": ["javascript"], "Forwarded": ["host=evil.example"],
    "X-Forwarded-For": ["127.0.0.1", "x" * 7_000, ",,,", "::1, 10.0.0.1"], "X-Forwarded-Prefix": ["/evil"],
    "X-HTTP-Method-Override": ["DELETE"], "X-Original-URL": ["/en/contracts/"], "X-Rewrite-URL": ["/es/orders"],
    "Referer": ["https://evil.example/", "javascript:1", "%" * 999], "User-Agent": ["", "{{7*7}}", "é" * 999, "x" * 7_000],
    "If-None-Match": ['"' * 99, "*", "W/"], "If-Modified-Since": ["yesterday"], "If-Range": ["x"],
    "Range": ["bytes=9-1", "bytes=0-,0-,0-", "bytes=-" + BIG], "Accept": ["*/*;q=NaN", "x" * 999, "application/json"],
    "Authorization": ["Basic !!!", "Bearer x", "Basic " + "A" * 4_000, "Digest a=,"], "Idempotency-Key": ["x" * 999],
    "Accept-Encoding": ["gzip;q=x", "br" * 999], "Connection": ["Upgrade"], "Purpose": ["prefetch"],
}  # fmt: skip
# These stop a post at the edge.
STOPPING = {
    "Origin": ["null", "https://evil.example", "https://localhost.evil.example", "x"],
    "Sec-Fetch-Site": ["cross-site", "same-site", "x"],
    "X-Partial": ["\x00", "\x1b[0m"],
}
TYPES = ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "x/y; charset=\\0", "text/xml"]  # fmt: skip
LENGTHS = ["-1", "abc", BIG]
BODIES = [
    *(b"[" * 50_000, b'{"a":1,"a":2}', b'{"a":NaN}', b"[1e400]", b"[9223372036854775808]", b'["\\u0000"]', b'"\\ud800"'),
    *(b"--x\r\nContent-Disposition: form-data; name=", b"\xff\xfe\x00", b"&&&===", b"%%%", b"<!DOCTYPE x [<!ENTITY a 'b'>]>"),
]  # fmt: skip
METHODS = (
    "HEAD",
    "OPTIONS",
    "PUT",
    "DELETE",
    "PATCH",
    "TRACE",
    "PROPFIND",
    "CONNECT",
    "get",
    "X" * 40,
)
FILE_NAMES = [
    *("../../etc/passwd", "a.pdf.exe", "con", "a\r\nb.pdf", 'a";b=c.pdf', "é" * 200 + ".pdf", ".htaccess", "x.svg", "x.html"),
    *("\u202efdp.exe", "a.pdf", "a.xlsx", "a.csv", "a.png", "", " ", "/abs/path.pdf", "C:\\x.pdf", "a\x00.pdf", "a" * 3_000, "%00.pdf"),
]  # fmt: skip


def file_body(dice: random.Random) -> bytes:
    """The first bytes of something it is not, cut off, or a bomb (small)."""
    head = dice.choice(
        (b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"GIF89a", b"\xff\xd8\xff\xe0", b"", b"<svg ", b"MZ")
    )  # fmt: skip
    tail = dice.choice(
        (b"", b"\0" * 999, b"<script>alert(1)</script>", zlib.compress(b"\0" * 9_999))
    )
    return head + tail + dice.randbytes(dice.choice((0, 3, 40)))


def upload(dice: random.Random) -> tuple[io.BytesIO, str, str]:
    """A file as a client says it: body, name, type."""
    kind = dice.choice(("application/pdf", "image/png", "text/html", "x", "", "image/svg+xml"))
    return io.BytesIO(file_body(dice)), dice.choice(FILE_NAMES), kind


def text(dice: random.Random, *, long: bool = False) -> str:
    """One hostile value; one that is no text at all comes seldom."""
    luck = dice.random()
    if luck < 0.02:
        return dice.choice(NO_TEXT)
    if luck < 0.06 and long:
        return dice.choice(LONG)
    value = dice.choice(TEXTS)
    return value + dice.choice(TEXTS) if luck > 0.85 else value


def headers(dice: random.Random) -> dict[str, str]:
    """Headers that no browser sends so."""
    names = dice.sample(sorted(HEADERS), dice.choice((0, 0, 0, 1, 2)))
    told = {name: dice.choice(HEADERS[name]) for name in names}
    if dice.random() < 0.04:
        name = dice.choice(sorted(STOPPING))
        told[name] = dice.choice(STOPPING[name])
    if dice.random() < 0.05:
        told["Cookie"] = dice.choice(COOKIES)
    return told
