"""Makes corpora of invented articles: stories, and wire copies of them that were cut short, retitled or updated.

    python -m benchmarks.generate 20000 --out corpus.jsonl [--copies 0.3] [--seed 1] [--brief]

Each line has id, text, date, title, outlet and `story` (the gold for near-duplicates).
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOWNS = [
    "Orlova", "Brenk", "Tal Amar", "Kiseli", "Norva", "Sahl Mira", "Kotovice", "Umm Radi", "Zelenka", "Bir Salma", "Dorsk", "Maravi",
    "Qasr Nour", "Petrinje", "Wadi Hamra", "Lugansko", "Tesfana", "Obrovka", "Kalimasi", "Hostava",
]  # fmt: skip
PEOPLE = [
    "Ilya Maren", "Samira Haddad", "Goran Velic", "Amina Yusuf", "Petr Dolan", "Leyla Karim", "Daniel Okoro", "Nadia Sorin",
    "Tomas Reyes", "Hana Novak", "Yusuf Adem", "Marta Kovac",
]  # fmt: skip
ROLES = ["governor", "mayor", "army spokesman", "police chief", "hospital director", "aid coordinator", "rebel commander"]
SIDES = ["the army", "the rebels", "the militia", "the government", "the border guards", "the coalition"]
ACTS = ["shelling", "an air strike", "a drone attack", "a car bomb", "clashes", "a raid", "mortar fire", "an ambush"]
OUTLETS = ["Vesta News", "Coast Herald", "Northern Post", "Radio Lumen"]
SENTENCES = [
    "{Side} denied the accusation and said {other} had fired first.",
    "“We heard {n} explosions before dawn,” said {person}, a shopkeeper.",
    "{person}, a spokeswoman for the Red Crescent, said {n} families had left {town} since {day}.",
    "The {role} of {town} urged both sides to let aid trucks pass.",
    "At least {n} houses were damaged and the main road to {town} was closed.",
    "A hospital in {town} has received {n} wounded, among them {m} children, its director said.",
    "{Side} accused {other} of breaking the ceasefire agreed in {month}.",
    "The United Nations said it needed ${n} million to help about {k} displaced people.",
    "{person} told {outlet} that talks could resume next week.",
    "Witnesses said {side} had withdrawn from the hills above {town}.",
    "It was not possible to verify the claims independently.",
    "{Side} said it would answer any further attack.",
    "Schools in {town} stayed closed on {day}, according to local officials.",
    "The price of bread has risen by {n} per cent in a month, traders said.",
    "{person}, the {role}, put the number of missing at {m}.",
    "Aid groups estimate that more than {k} people crossed the river on {day}.",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June"]
CLAUSES = ["in the morning", "after nightfall", "for the third time this month", "near the old bridge", "close to the market",
           "on the northern edge of town", "as people left for work", "despite a promise of calm"]  # fmt: skip


def story(draw: random.Random, most: tuple[int, int]) -> tuple[str, list[str], int]:
    """(title, sentences, toll) of one invented story with so many sentences (fewest, most) after its first."""
    town, toll = draw.choice(TOWNS), draw.randint(2, 95)
    side, other = draw.sample(SIDES, 2)

    def fill(pattern: str) -> str:
        return pattern.format(
            town=draw.choice([town, town, draw.choice(TOWNS)]), person=draw.choice(PEOPLE), role=draw.choice(ROLES), side=side,
            Side=side[0].upper() + side[1:], other=other, n=draw.randint(2, 60), m=draw.randint(2, 20),
            k=f"{draw.randint(2, 90)},{draw.randint(100, 999)}", day=draw.choice(DAYS), month=draw.choice(MONTHS),
            outlet=draw.choice(OUTLETS),
        )  # fmt: skip

    act = draw.choice(ACTS)
    lead = f"At least {toll} people were killed in {act} in {town} {draw.choice(CLAUSES)} on {draw.choice(DAYS)}, the {draw.choice(ROLES)} said."
    sentences = [lead]
    for pattern in draw.sample(SENTENCES, draw.randint(*most)):
        sentence = fill(pattern)
        if draw.random() < 0.5:
            sentence = f"{sentence[:-1]} {draw.choice(CLAUSES)}." if sentence.endswith(".") else sentence
        sentences.append(sentence)
    return f"{town}: {toll} dead in {act}", sentences, toll


def copy(draw: random.Random, title: str, sentences: list[str], toll: int) -> tuple[str, list[str]]:
    """A wire copy: cut short, retitled, or updated with a new toll."""
    kind = draw.choice(["cut", "title", "update", "both"])
    out = list(sentences)
    if kind in ("cut", "both"):
        out = out[: max(4, int(len(out) * draw.uniform(0.45, 0.9)))]
    if kind in ("title", "both"):
        title = f"{draw.choice(['Update', 'World', 'Report', 'Violence'])}: {draw.choice(PEOPLE)} speaks of losses"
    if kind == "update":
        out[0] = out[0].replace(f"At least {toll} people", f"At least {toll + draw.randint(1, 9)} people")
        out.append(f"An earlier count had stood at {toll}.")
    return title, out


def documents(count: int, copies: float = 0.3, seed: int = 1, *, brief: bool = False) -> Iterator[dict[str, Any]]:
    """`count` documents; about a share of `copies` are copies of one of the last 200 stories; `brief`: of a few sentences each."""
    draw = random.Random(seed)
    most = (2, 6) if brief else (8, len(SENTENCES))
    recent: list[tuple[int, str, list[str], int]] = []
    for number in range(count):
        if recent and draw.random() < copies:
            source, title, sentences, toll = draw.choice(recent[-200:])
            title, sentences = copy(draw, title, sentences, toll)
        else:
            title, sentences, toll = story(draw, most)
            source = number
            recent.append((number, title, sentences, toll))
        paragraphs = [" ".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2)]
        yield {
            "id": f"doc-{number:07d}",
            "text": title + "\n\n" + "\n\n".join(paragraphs),
            "date": f"2024-{1 + number % 12:02d}-{1 + number % 28:02d}",
            "outlet": draw.choice(OUTLETS),
            "story": f"doc-{source:07d}",
        }


def main() -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--copies", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brief", action="store_true", help="documents of about 75 words instead of 195")
    given = parser.parse_args()
    with given.out.open("w", encoding="utf-8") as stream:
        for document in documents(given.count, given.copies, given.seed, brief=given.brief):
            stream.write(json.dumps(document, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
