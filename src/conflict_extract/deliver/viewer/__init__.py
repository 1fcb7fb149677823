"""A report as a page: the article marked up, its claims, figures and places. Self-contained HTML, no network, no build.

`page` gives a whole document, `fragment` the part that notebooks show. Both are static HTML that reads without scripts; the
page's script adds filters, highlighting and arcs. All text is escaped, and the page's content security policy admits only
this script.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files

from conflict_extract.deliver.viewer.article import article
from conflict_extract.deliver.viewer.claims import claims, filters
from conflict_extract.deliver.viewer.figures import figures
from conflict_extract.deliver.viewer.places import places
from conflict_extract.schema import Report

__all__ = ["body", "document", "fragment", "page"]


@cache
def asset(name: str) -> str:
    """The text of a file beside this module."""
    return (files("conflict_extract.deliver.viewer") / name).read_text(encoding="utf-8")


def page(report: Report) -> str:
    """A self-contained HTML document that shows a report."""
    headline = report.frame.headline.text if report.frame.headline and report.frame.headline.text else f"Report {report.id}"
    return document(title=" ".join(headline.split()), body=body(report), scripts=("page.js",))


def fragment(report: Report) -> str:
    """HTML without scripts, for notebooks."""
    return f'<div class="conflict-extract"><style>{asset("page.css")}</style>{body(report, scripted=False)}</div>'


def document(*, title: str, body: str, scripts: tuple[str, ...], connect: str = "'none'") -> str:
    """An HTML document with our style and scripts and a content security policy that admits nothing else.

    Args:
        title: plain text.
        body: HTML.
        scripts: names of script files beside this module.
        connect: the policy's `connect-src`.
    """
    code = [asset(name) for name in scripts]
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in code)
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {hashes}; connect-src {connect}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>\n{asset('page.css')}</style>\n</head>\n"
        f'<body class="conflict-extract">\n{body}\n'
        + "".join(f"<script>{text}</script>\n" for text in code)
        + "</body>\n</html>\n"
    )


def body(report: Report, *, scripted: bool = True) -> str:
    """The page's inner HTML: filters, article, claims, figures, map."""
    meta = [escape(report.id)]
    if report.date:
        meta.append(f'<time datetime="{escape(report.date)}">{escape(report.date)}</time>')
    meta.append(f"{len(report.claims)} claims")
    if report.meta.warnings:
        meta.append("warnings: " + escape(", ".join(report.meta.warnings)))
    keys = ""
    if scripted and report.claims:
        keys = '<p class="keys"><kbd>j</kbd> <kbd>k</kbd> next, previous claim; <kbd>Esc</kbd> none</p>'
    return (
        f'<header class="top"><p class="meta">{" · ".join(meta)}</p>{filters(report) if scripted else ""}</header>\n'
        f'<main><section class="article" aria-label="Article">{keys}{article(report)}</section>\n'
        f'<section class="claims" aria-label="Claims">{claims(report, scripted=scripted)}</section></main>\n'
        f"{figures(report)}{places(report)}"
    )
