"""Rules of an HTTPRoute: what they match, what their filters do to a request, where they send it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from opencode_policy.known_objects import names
from opencode_policy.links import Link, broken, near
from opencode_policy.nearest import hint
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree

ENVOY_GROUP = "gateway.envoyproxy.io"
ROUTE_FILTER = "HTTPRouteFilter"
"""Envoy Gateway's own kind of filter, brought in by an ExtensionRef."""
_EVERY_PATH = frozenset({("PathPrefix", "/"), ("RegularExpression", "/.*"), ("RegularExpression", ".*")})
_CONDITIONS = ("headers", "queryParams", "method")


def match_link(route: Resource) -> Link:
    """Whether some rule takes a request for any path; if none does, the condition that narrows the first."""
    rules = list(route["spec"]["rules"])
    for rule in rules:
        matches = list(rule["matches"])
        everything = next((match for match in matches if narrowing(match) is None), None)
        if everything is not None:
            return Link("a rule takes every path", everything["path"]["value"] or everything)
        if not matches:
            return Link("a rule without conditions takes every path", rule)
    if not rules:
        return broken(f"the HTTPRoute {route.name} has no rules", route["spec"]["rules"])
    first = narrowing(rules[0]["matches"][0]) or rules[0]
    return broken(f"no rule of the HTTPRoute {route.name} takes every path, this one only some", first)


def narrowing(match: Field) -> Field | None:
    """The condition by which a match takes less than everything, None when it takes all."""
    path = match["path"]
    if (path["type"].text or "PathPrefix", path["value"].text or "/") not in _EVERY_PATH:
        return path["value"] if path["value"].text not in ("", "/") else path["type"]
    return next((match[name] for name in _CONDITIONS if match[name]), None)


def takes_root(rule: Field) -> bool:
    """Whether a rule takes the page at `/`, whatever else it asks for."""
    paths = [match["path"]["value"].text or "/" for match in rule["matches"]]
    return not paths or any(path in ("/", "/.*", ".*") for path in paths)


def is_redirect(rule: Field) -> bool:
    """Whether a rule answers by itself, with another address."""
    return any(item["type"].text == "RequestRedirect" for item in rule["filters"])


def filter_links(tree: Tree, route: Resource, rule: Field) -> Iterator[Link]:
    """Filters of a rule and of its backends that keep a page or a login from working."""
    for item in rule["filters"]:
        yield from _filter_links(tree, route, rule, item)
    for backend in rule["backendRefs"]:
        for item in backend["filters"]:
            yield from _filter_links(tree, route, rule, item)


def _filter_links(tree: Tree, route: Resource, rule: Field, item: Field) -> Iterator[Link]:
    check = _CHECKS.get(item["type"].text)
    if check is not None:
        yield from check(tree, route, rule, item)


def _redirect(_tree: Tree, _route: Resource, rule: Field, item: Field) -> Iterator[Link]:
    if takes_root(rule):
        yield broken("a redirect answers here, no request reaches the server", item["type"])


def _rewrite(_tree: Tree, _route: Resource, rule: Field, item: Field) -> Iterator[Link]:
    yield from _rewritten(rule, item["urlRewrite"]["path"])


def _rewritten(rule: Field, path: Field) -> Iterator[Link]:
    """A prefix that is replaced by itself stays as it is; a new host name changes no path."""
    prefixes = {match["path"]["value"].text.rstrip("/") for match in rule["matches"]} or {""}
    kind, prefix = path["type"].text, path["replacePrefixMatch"]
    if path and not (kind == "ReplacePrefixMatch" and prefixes == {prefix.text.rstrip("/")}):
        value = path["replaceFullPath"] or prefix or path["type"]
        yield broken("the path is rewritten, and the web interface knows only its own", value)


def _request_headers(_tree: Tree, _route: Resource, _rule: Field, item: Field) -> Iterator[Link]:
    for name in _touched(item["requestHeaderModifier"]):
        if name.text.lower() == "authorization":
            yield broken("the filter replaces the Authorization header, with which a browser logs in", name)


def _response_headers(_tree: Tree, _route: Resource, _rule: Field, item: Field) -> Iterator[Link]:
    for name in _touched(item["responseHeaderModifier"]):
        if name.text.lower() == "www-authenticate":
            words = (
                "the filter changes the WWW-Authenticate header, without which no browser asks for the login"
            )
            yield broken(words, name)


def _touched(modifier: Field) -> Iterator[Field]:
    """Names of the headers that a modifier sets, adds or removes."""
    for action in ("set", "add"):
        yield from (header["name"] for header in modifier[action])
    yield from modifier["remove"]


def _extension(tree: Tree, route: Resource, rule: Field, item: Field) -> Iterator[Link]:
    """Envoy Gateway answers 500 where an HTTPRouteFilter does not exist, and with its direct response."""
    reference = item["extensionRef"]
    if (reference["group"].text, reference["kind"].text) != (ENVOY_GROUP, ROUTE_FILTER):
        return
    name = reference["name"]
    found = tree.get(ROUTE_FILTER, name.text, route.namespace)
    if found is None:
        known = names(tree, ROUTE_FILTER, route.namespace)
        if name.text not in known:
            words = f"there is no {ROUTE_FILTER} {route.namespace}/{name.text}{hint(name.text, known)}"
            yield broken(words, name)
        return
    if found["spec"]["directResponse"]:
        place = near("the response", found["spec"]["directResponse"])
        yield broken(f"the {ROUTE_FILTER} {name.text} answers, no request reaches the server", name, place)
    yield from _rewritten(rule, found["spec"]["urlRewrite"]["path"])


_CHECKS: dict[str, Callable[[Tree, Resource, Field, Field], Iterator[Link]]] = {
    "RequestRedirect": _redirect,
    "URLRewrite": _rewrite,
    "RequestHeaderModifier": _request_headers,
    "ResponseHeaderModifier": _response_headers,
    "ExtensionRef": _extension,
}
