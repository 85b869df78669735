from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings

from opencode_policy.finding import Change, Finding, Result
from opencode_policy.location import Location
from opencode_policy.redact import Redactor
from opencode_policy.report.html import render
from opencode_policy.report.html_style import STYLE
from opencode_policy.report.options import Options
from opencode_policy.report.view import View, view
from tests.report import samples
from tests.report.strategies import results

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Elements of a page with their attributes, and what is wrong with how they are nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def text_of(seen: View, options: Options = Options()) -> str:  # noqa: B008 - options are frozen
    """The page, after a look whether it is well formed."""
    text = render(seen, options)
    page = Page(text)
    assert (page.wrong, page.open) == ([], [])
    return text


def test_nothing_found() -> None:
    text = text_of(view(Result((), (), (), (), 2, 0), {}, {}, Redactor()))
    assert '<p class="verdict">No requirement is violated</p>' in text
    assert '<h2 id="findings">' not in text


def test_the_headline_counts() -> None:
    assert '<p class="verdict">1 of 5 requirements is violated</p>' in text_of(samples.sample())
    assert "1 rule failed; the report may be incomplete" in text_of(samples.sample(failed=True))


def test_a_finding_shows_its_line_with_the_place_marked() -> None:
    text = text_of(samples.sample())
    assert '<article class="error" id="finding-1">' in text
    assert "<code>storage: <mark>10Gi</mark></code>" in text
    assert "<li>the policy asks for 5Gi: <code>policies/opencode.yaml:4:13</code>" in text
    assert '<a href="#finding-1">the claim asks for 10Gi instead of 5Gi</a>' in text


def test_what_is_waived_stands_apart_with_its_reason() -> None:
    _, _, waived = text_of(samples.sample()).partition('<h2 id="waived">')
    assert "only in the test cluster" in waived


def test_places_are_links_where_the_address_is_known() -> None:
    text = text_of(samples.sample(), Options(links="https://git.example.org/c/blob/abc"))
    assert '<a href="https://git.example.org/c/blob/abc/apps/demo/claim.yaml#L9">' in text


def test_what_the_change_does() -> None:
    seen = view(replace(samples.result(), change=Change("main", ("SEC-04",), ())), {}, {}, Redactor())
    assert "What this change does" in text_of(seen)


def test_nothing_is_fetched_and_nothing_runs() -> None:
    page = Page(text_of(samples.sample()))
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "base"}
    assert not [
        name for _, given in page.elements for name in given if name.startswith("on") or name == "src"
    ]
    assert "default-src 'none'" in render(samples.sample(), Options())
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_the_page_can_be_read_without_seeing_it() -> None:
    page = Page(text_of(samples.sample()))
    assert ("html", {"lang": "en"}) in page.elements
    tags = [tag for tag, _ in page.elements]
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
    assert all(given.get("scope") in ("col", "row") for tag, given in page.elements if tag == "th")
    ids = [given["id"] for _, given in page.elements if "id" in given]
    assert len(ids) == len(set(ids))
    targets = [attributes.get("aria-labelledby") for _, attributes in page.elements]
    links = [attributes.get("href") or "" for _, attributes in page.elements]
    targets += [link[1:] for link in links if link.startswith("#")]
    assert set(filter(None, targets)) <= set(ids)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_can_be_read_on_its_ground_in_light_and_dark() -> None:
    themes = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(themes) == 2
    for theme in themes:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theme))
        grounds: dict[str, tuple[str, ...]] = dict.fromkeys(
            ("soft", "link", "bad", "warn", "good", "mute"), ("page", "card")
        )
        grounds["ink"] = ("page", "card", "code", "mark")
        pairs = [(name, ground) for name, group in grounds.items() for ground in group]
        pairs += [(name, f"{name}-soft") for name in ("bad", "warn", "good", "mute")]
        for name, ground in pairs:
            light, dark = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


@settings(max_examples=40)
@given(results())
def test_nothing_of_the_tree_becomes_markup(result: Result) -> None:
    text_of(view(result, samples.sources(), samples.rules(), Redactor()))


def test_a_manifest_cannot_write_elements() -> None:
    bad = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    found = Finding("style-note", (), "info", bad, Location(bad, 1, 1, 1, 2))
    text = text_of(samples.sample([found]), Options(links="https://git.example.org/c"))
    assert "<script" not in text
    assert "<img" not in text
