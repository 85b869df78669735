"""How the HTML report looks: light and dark as the reader has it, no file beside it, no script."""

from __future__ import annotations

STYLE = """\
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0; --code: #f1f3f6;
  --link: #0a58b8; --bad: #b3261e; --bad-soft: #fdecea; --warn: #855300; --warn-soft: #fff4dc;
  --good: #1a6b34; --good-soft: #e3f4e8; --mute: #57606a; --mute-soft: #eceff2; --mark: #ffe08a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --card: #1d2128; --ink: #e6e9ee; --soft: #a3adba; --line: #363d47; --code: #15181d;
    --link: #7db5ff; --bad: #ff8a80; --bad-soft: #43201f; --warn: #f2c063; --warn-soft: #3b2e13;
    --good: #7fd493; --good-soft: #17351f; --mute: #a3adba; --mute-soft: #2b313a; --mark: #6b5300;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.1rem; margin: 0; color: var(--soft); font-weight: 600; }
.verdict { font-size: 1.9rem; line-height: 1.25; margin: .25rem 0 1rem; font-weight: 650; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; font-weight: 600; overflow-wrap: anywhere; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.bar {
  display: flex; height: .75rem; border-radius: .4rem; overflow: hidden; gap: 2px; margin: 0 0 .75rem;
  background: var(--mute-soft);
}
.bar span { background: currentColor; min-width: 3px; }
.counts { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; margin: 0; padding: 0; }
.counts strong { font-variant-numeric: tabular-nums; }
.violated, .error { color: var(--bad); }
.not-checked, .warning { color: var(--warn); }
.satisfied { color: var(--good); }
.not-applicable, .info { color: var(--mute); }
.badge {
  display: inline-block; padding: .05rem .55rem; border-radius: 1rem; font-size: .82rem; font-weight: 600;
  white-space: nowrap; background: var(--mute-soft);
}
.badge.violated, .badge.error { background: var(--bad-soft); }
.badge.not-checked, .badge.warning { background: var(--warn-soft); }
.badge.satisfied { background: var(--good-soft); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .55rem .9rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-size: .85rem; font-weight: 600; }
tbody th { font-weight: 600; white-space: nowrap; }
td.status { white-space: nowrap; }
td p { margin: 0; }
article {
  background: var(--card); border: 1px solid var(--line); border-left: .3rem solid currentColor;
  border-radius: .6rem; padding: .9rem 1.1rem; margin: 0 0 .9rem;
}
article p { margin: .35rem 0; }
article > * { color: var(--ink); }
article .badge.error { color: var(--bad); }
article .badge.warning { color: var(--warn); }
article .badge.info { color: var(--mute); }
.place, .soft { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
article > .place, article > .soft { color: var(--soft); }
code, pre { font-family: ui-monospace, Menlo, "DejaVu Sans Mono", monospace; font-size: .88em; }
pre {
  background: var(--code); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem;
  margin: .5rem 0; overflow-x: auto;
}
mark { background: var(--mark); color: inherit; border-radius: .15rem; }
summary { cursor: pointer; color: var(--link); width: fit-content; }
details { margin-top: .4rem; }
details > *:not(summary) { margin: .35rem 0 0; }
ul.plain { list-style: none; margin: .3rem 0 0; padding: 0; }
ul.plain li { margin: .25rem 0; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: .85rem; padding-top: 2rem; padding-bottom: 3rem; }
@media print { body { background: #fff; } details > * { display: block; } }
@media (max-width: 40rem) { .verdict { font-size: 1.5rem; } th, td { padding: .45rem .6rem; } }
"""
