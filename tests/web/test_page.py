"""The page checks themselves: a sound page passes, and each check fails on a page that breaks it."""

import pytest

from tests.page import check_page

SOUND = (
    '<!doctype html><html lang="en"><head><title>T</title></head><body><h1>T</h1><h2>U</h2>'
    '<a href="#f">go</a><img src="x" alt=""><form method="post" id="f">'
    '<input type="hidden" name="csrf_token" value="x"><label for="a">A</label>'
    '<input id="a" aria-describedby="h"><p id="h">None of it is kept.</p><button>Go</button></form>'
    '<table><caption>C</caption><tr><th scope="col">A</th></tr></table></body></html>'
)


def test_a_sound_page_has_no_problem() -> None:
    assert check_page(SOUND, lang="en") == []


@pytest.mark.parametrize(
    "sound, broken, told",
    [
        ('lang="en"', 'lang="es"', "says lang"),
        ("<title>T</title>", "<title> · </title>", "one title"),
        ("<h1>T</h1>", "", "one h1"),
        ("<h1>T</h1>", "<h1>T</h1><h1>T</h1>", "one h1"),
        ("<h2>U</h2>", "<h3>U</h3>", "skips from h1 to h3"),
        ("<h2>U</h2>", "<h2></h2>", "empty heading"),
        ("<h2>U</h2>", '<h2 id="a">U</h2>', "stands twice"),
        ('<label for="a">A</label>', "", "has no label"),
        ('<label for="a">A</label>', '<label for="a"></label>', "has no label"),
        ('describedby="h"', 'describedby="gone"', "'gone', which is not there"),
        ('href="#f"', 'href="#gone"', "leads to #gone"),
        ('<a href="#f">go</a>', '<a href="#f"></a>', "has no name"),
        ('<a href="#f">go</a>', "<a>go</a>", "leads nowhere"),
        ("<button>Go</button>", "<button></button>", "has no name"),
        (' alt=""', "", "has no alt"),
        ("<h2>U</h2>", '<h2 style="color:red">U</h2>', "inline style"),
        ("<h2>U</h2>", "<style>h2 {}</style><h2>U</h2>", "inline style"),
        ("<h2>U</h2>", "<script>1</script><h2>U</h2>", "inline script"),
        ("<h2>U</h2>", '<h2 onclick="x()">U</h2>', "handler onclick"),
        ('href="#f"', 'href="javascript:x()"', "runs a script"),
        ("<h2>U</h2>", "<h2>{{ u }}</h2>", "template expression"),
        ("<h2>U</h2>", "<h2>%(name)s</h2>", "placeholder"),
        ("<h2>U</h2>", "<h2>None</h2>", "None leaks"),
        ('href="#f"', 'href="/en/None"', "None leaks"),
        ("<caption>C</caption>", "", "has no caption"),
        (' scope="col"', "", "th without scope"),
        ('<th scope="col">A</th>', "<td>A</td>", "has no th"),
        ('name="csrf_token"', 'name="other"', "without csrf_token"),
        ('method="post"', 'method="get"', "into an address"),
        ("<button>Go</button>", "<fieldset></fieldset><button>Go</button>", "no legend"),
        ("<button>Go</button>", "<svg></svg><button>Go</button>", "without a title"),
    ],
)
def test_each_page_check_fails_on_a_page_that_breaks_it(sound: str, broken: str, told: str) -> None:
    assert sound in SOUND
    problems = check_page(SOUND.replace(sound, broken, 1), lang="en")
    assert any(told in problem for problem in problems), problems
