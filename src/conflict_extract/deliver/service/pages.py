"""The pages for people: the front page with a form, and the API's description made from its OpenAPI document."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from conflict_extract.deliver.viewer import document

FORM = """<header class="top"><h1>conflict-extract</h1><p class="meta">Paste an article; nothing is stored.
<a href="docs">API</a></p></header>
<form class="paste" id="paste">
<label for="text">Article</label>
<textarea id="text" name="text" rows="10" required></textarea>
<p class="row"><label>Document date <input type="date" name="date"></label>
<button type="submit">Extract claims</button> <output name="state" aria-live="polite"></output></p>
</form>
<div id="result"></div>"""


def front_page() -> str:
    """The page at `/`."""
    return document(title="conflict-extract", body=FORM, scripts=("page.js", "form.js"), connect="'self'")


def api_page(openapi: dict[str, Any]) -> str:
    """The API's paths with their parameters, examples and answers, as one static page (no CDN)."""
    parts = [f'<header class="top"><h1>{escape(openapi["info"]["title"])} {escape(openapi["info"]["version"])}</h1></header>']
    for path, methods in openapi["paths"].items():
        for method, entry in methods.items():
            parts.append(f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(entry.get('summary', ''))}.")
            parts.append(f" {escape(entry.get('description', ''))}</p>")
            for kind, content in entry.get("requestBody", {}).get("content", {}).items():
                if "example" in content:
                    example = json.dumps(content["example"], indent=2, ensure_ascii=False)
                    parts.append(f"<p>Body, {escape(kind)}:</p><pre>{escape(example)}</pre>")
                rows = "".join(
                    f"<tr><td><code>{escape(name)}</code></td><td>{escape(field.get('description', ''))}</td></tr>"
                    for name, field in content.get("schema", {}).get("properties", {}).items()
                )
                parts.append(f"<table>{rows}</table>" if rows else "")
            answers = "".join(
                f"<tr><td>{escape(str(status))}</td><td>{escape(answer['description'])}</td></tr>"
                for status, answer in entry["responses"].items()
            )
            parts.append(f"<p>Answers:</p><table>{answers}</table>")
    parts.append('<p><a href="openapi.json">openapi.json</a></p>')
    return document(title="conflict-extract API", body=f'<div class="panel api">{"".join(parts)}</div>', scripts=())
