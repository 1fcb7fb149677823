"""Warnings that the text alone gives: not English, left-over markup, what a paywall left."""

from __future__ import annotations

import re

from conflict_extract.lexicons.frame import english_words, stub_phrases

ENGLISH_SHARE = 0.12
"""Least share of the commonest English function words among words (our ordinary articles: 0.25 and more; other languages: under 0.06)."""
_MIN_WORDS = 30
_SAMPLE = 20_000
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[a-zà-ÿ]")
_TAG = re.compile(r"</?(?:p|div|span|br|a|img|b|i|em|strong|ul|ol|li|h[1-6]|table|tr|td|th|script|style|figure|iframe|section|article|blockquote|aside|header|footer|nav|main|"
                  r"figcaption|picture|video|audio|source|svg|button|form|input|label|small|sub|sup|u|font|center|hr|pre|code|meta|link|html|head|body|title|"
                  r"ref|references)"
                  r"(?:\s[^<>]{0,300})?/?>", re.IGNORECASE)  # fmt: skip
_ENTITY = re.compile(
    r"&(?:nbsp|amp|quot|lt|gt|rsquo|lsquo|ldquo|rdquo|mdash|ndash|hellip|#\d{2,5}|#x[0-9a-f]{2,5});", re.IGNORECASE
)
_WIKI = re.compile(
    r"\[\[[^\[\]\n]{1,80}\]\]|\{\{[^{}\n]{1,120}\}\}|'''[^'\n]{1,80}'''|!?\[[^\[\]\n]{0,80}\]\(https?://[^\s)]{1,200}\)"
)
#: What each match of the pattern above holds.
_WIKI_SIGNS = ("[[", "{{", "'''", "](")


def text_warnings(text: str) -> list[str]:
    """Codes among not_english, markup, stub."""
    found: list[str] = []
    sample = text[:_SAMPLE]
    plain = sample.isascii()
    words = _WORD.findall(sample.lower()) if plain else [word.lower() for word in _WORD.findall(sample)]
    if words:
        share = sum(map(english_words().__contains__, words)) / len(words)
        foreign = 0 if plain else sum(not word.isascii() and not _LATIN.match(word) for word in words) / len(words)
        if (len(words) >= _MIN_WORDS and share < ENGLISH_SHARE) or (len(words) >= 4 and foreign > 0.5):
            found.append("not_english")
    tags, entities, wiki = "<" in text, "&" in text, any(sign in text for sign in _WIKI_SIGNS)
    if (tags and _count(_TAG, text, 2)) or (entities and _count(_ENTITY, text, 3)) or (wiki and _count(_WIKI, text, 2)):
        found.append("markup")
    stub = stub_phrases()
    if stub.search(text[:4000].lower()) or (len(text) > 4000 and stub.search(text[-1500:].lower())):
        found.append("stub")
    return found


def _count(pattern: re.Pattern[str], text: str, wanted: int) -> bool:
    """Whether a pattern matches at least so often."""
    matches = pattern.finditer(text)
    return all(next(matches, None) is not None for _ in range(wanted))
