"""The articles that the benchmarks run on: our own, in fixtures/articles."""

from __future__ import annotations

from pathlib import Path

ARTICLES = Path(__file__).parent.parent / "fixtures" / "articles"


def articles() -> list[str]:
    """Our own articles, in order of file name."""
    return [path.read_text(encoding="utf-8") for path in sorted(ARTICLES.glob("*.txt"))]


def corpus(words: int) -> list[str]:
    """Articles, repeated until they have at least so many words; each copy begins with a line of its own, so no two are equal."""
    base = articles()
    out: list[str] = []
    total = 0
    while total < words:
        text = f"Report number {len(out)}.\n\n{base[len(out) % len(base)]}"
        out.append(text)
        total += len(text.split())
    return out


def prose(characters: int) -> str:
    """Articles joined to one text of so many characters."""
    base = "\n\n".join(articles())
    return (base + "\n\n") * (characters // (len(base) + 2)) + base[: characters % (len(base) + 2)]
