"""The page of the sandbox: its requests, newest first, and the table of magic endings."""

from __future__ import annotations

import json
from html import escape
from urllib.parse import urlsplit

from outbound.sandbox.http.ledger import Ledger, Line
from outbound.sandbox.playback import answers, event_scripts
from outbound.sandbox.playback.callbacks import Callbacks
from outbound.sandbox.playback.scenarios import SCENARIOS, Scenario

PAGE_LINES = 100
JSON_LINES = 1000

HEADERS = (
    answers.HTML_TYPE,
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
    ("Cache-Control", "no-store"),
)

STYLE = """
:root { color-scheme: light dark; --paper: #fbfbf9; --ink: #22262a; --soft: #5c656d; --line: #dfe2e0;
  --card: #fff; --yes: #17663a; --no: #6a4a12; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181a; --ink: #e4e7e8; --soft: #9aa4ab;
  --line: #2d3336; --card: #1c2022; --yes: #7fd0a0; --no: #e0b870; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.25rem 1rem 3rem; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
p { margin: .3rem 0; color: var(--soft); } a { color: inherit; }
ol { list-style: none; margin: 0; padding: 0; }
li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem;
  margin-bottom: .5rem; }
dl { display: grid; grid-template-columns: 1.3fr 1.2fr .8fr .8fr .5fr .7fr 1.7fr; margin: 0;
  gap: .4rem 1rem; }
dt { font-size: .75rem; color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
.yes { color: var(--yes); font-weight: 600; } .no { color: var(--no); }
summary { cursor: pointer; color: var(--soft); font-size: .85rem; padding: .35rem 0; }
pre { margin: .3rem 0 0; overflow-wrap: anywhere; white-space: pre-wrap;
  font: 13px/1.45 ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
  padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-size: .8rem; color: var(--soft); }
@media (max-width: 640px) { dl { grid-template-columns: 1fr 1fr; } }
"""


def response_to(path: str, ledger: Ledger, callbacks: Callbacks) -> bytes | None:
    """Return the response to a GET of `/` or `/ledger.json`, None for any other path."""
    asked = urlsplit(path).path
    if asked == "/":
        return answers.http(200, _page(ledger, callbacks).encode("utf-8", "replace"), HEADERS)
    if asked == "/ledger.json":
        return answers.http(200, json.dumps(ledger.last(JSON_LINES)).encode())
    return None


def _page(ledger: Ledger, callbacks: Callbacks) -> str:
    lines = ledger.last(PAGE_LINES)[::-1]
    requests = "".join(_request(line) for line in lines)
    count = f"{ledger.number} received, {ledger.taken} taken"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox gateway</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{STYLE}</style></head><body><header><h1>Sandbox gateway</h1>"
        "<p>Stands in for the Zenvia NLU outbound API. Nothing leaves this machine.</p>"
        f'<p>{count} · <a href="/ledger.json">last {JSON_LINES} as JSON</a></p>'
        f"<p>{_events(callbacks)}</p></header><main>"
        f"<h2>Last {PAGE_LINES} requests, newest first</h2>{_list(requests)}"
        f"<h2>Magic endings of the destination</h2>{_endings()}"
        f"<h2>What is posted to the webhook after a message was taken</h2>{_scripts()}</main></body></html>"
    )


def _events(callbacks: Callbacks) -> str:
    address = callbacks.target.address()
    if not callbacks.is_on or address is None:
        return f"Events are posted nowhere; {callbacks.log.count} were."
    told = f"{callbacks.log.count} posted, {callbacks.waiting} still to come"
    return f"Events go to http://{escape(address.host)}:{address.port}: {told}."


def _list(requests: str) -> str:
    if requests:
        return f"<ol>{requests}</ol>"
    return "<p>Nothing yet. POST a message to <code>/zenvia/&lt;slug&gt;/&lt;id_integracao&gt;</code>.</p>"


def _request(line: Line) -> str:
    answer = str(line["status"] or "none")
    pairs = (
        (
            "Time (UTC)",
            f'<time datetime="{escape(line["at"])}">{escape(line["at"][:19].replace("T", " "))}</time>',
        ),
        ("Destination", escape(line["destination"] or "–")),
        ("Kind", escape(_kind(line["body"]))),
        ("Scenario", escape(line["scenario"])),
        ("Taken", _taken(line["taken"])),
        ("Answer", escape(answer)),
        ("External id", escape(line["external_id"] or "–")),
    )
    facts = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs)
    heading = escape(f"{line['method']} {line['path']}")
    return (
        f"<li><dl>{facts}</dl><details><summary>No. {line['number']}: {heading}</summary>"
        f"<pre>{escape(_body(line))}</pre></details></li>"
    )


def _kind(body: object) -> str:
    if not isinstance(body, dict):
        return "–"
    if "templateId" in body:
        return "template"
    contents = body.get("contents")
    first = contents[0] if isinstance(contents, list) and contents else None
    return str(first.get("type", "–")) if isinstance(first, dict) else "–"


def _body(line: Line) -> str:
    if line["body"] is None:
        return str(line["raw"]) or "(no body)"
    return json.dumps(line["body"], indent=2, ensure_ascii=False)


def _taken(taken: bool) -> str:
    return '<span class="yes">yes</span>' if taken else '<span class="no">no</span>'


def _endings() -> str:
    rows = "".join(_ending(scenario) for scenario in SCENARIOS.values())
    head = '<tr><th scope="col">Ending</th><th scope="col">Taken</th><th scope="col">What is played</th></tr>'
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _ending(scenario: Scenario) -> str:
    return (
        f'<tr><th scope="row">…{escape(scenario.name)}</th><td>{_taken(scenario.taken)}</td>'
        f"<td>{escape(scenario.description)}</td></tr>"
    )


def _scripts() -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(script.name)}</th><td>{escape(script.description)}</td></tr>'
        for script in event_scripts.ALL
    )
    head = '<tr><th scope="col">Ending</th><th scope="col">What is posted</th></tr>'
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
