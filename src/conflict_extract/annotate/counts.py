"""The component `conflict_counts`: counts, percentages, durations, measures and ages with value, bound, noun, category and scope.

It needs tokens only. Tags and a UD v2 tree, when they are there, decide the counted noun and the governing verb better. Money is
the component `conflict_money`'s.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate._bare import elliptic_unit, governed_noun
from conflict_extract.annotate._category import category, own_category
from conflict_extract.annotate._counted import NounPhrase, Words, phrase_after, phrase_before, plural
from conflict_extract.annotate._figures import AND, INCLUDING, relate, same_as, scope_of
from conflict_extract.annotate._singles import singles, zeros
from conflict_extract.annotate._who import person_entry, who
from conflict_extract.annotate.layer import ActorMention, QuantityRecord, read, text_of, write
from conflict_extract.lexicons.quantities import word_set
from conflict_extract.values import bounds as bound_words
from conflict_extract.values.expressions import Expression, scan
from conflict_extract.values.reject import word_before

_FAMILY = re.compile(
    r"(?<![^\W_])(?:an?|the|one|another|whole|entire)\s(?:\w+\s)?(?:family|household|crew|party)\sof\s$", re.IGNORECASE
)
_CASUALTY = frozenset(
    {"killed", "wounded", "casualties", "missing", "captured", "detained", "abducted", "displaced", "evacuated", "returned"}
)
_ROLE = frozenset({"killed", "wounded", "missing", "captured", "detained", "abducted"})
_PARTITIVE = re.compile(r"\s(?:more\s)?(?:out\s)?of\s(them|whom|which|us|those|these)(?![^\W_])", re.IGNORECASE)
_OF_THE = re.compile(
    r"\s(?:[a-z]+\s)?(?:out\s)?of\s(?:the|its|their|his|her|these|those|our|all|all the|[A-Z]\w+['’]s)\s", re.IGNORECASE
)
_OF_THE_WHOLE = re.compile(r"\s*of\s(?:the|these|those|its|their)\s", re.IGNORECASE)
_OF = re.compile(r"\sof\s(?=[^\W\d_])")
_NUMBER_OF = re.compile(r"(?<![^\W_])(?:number|total|tally|count)s?\s(?:number\s)?of\s(?:the\s)?", re.IGNORECASE)
_TOLL = re.compile(
    r"(?<![^\W_])(?:(?:death )?toll|population|body count|(?:fighting |troop )?strength|turnout|attendance|membership|number of (?:dead|deaths|killed|wounded|injured|displaced|missing|casualties)|(?:dead|casualties|deaths|the wounded|the injured)\s(?:at|to|was|were|is|are|had|has|stood|rose|reached|stands))(?![^\W_])",
    re.IGNORECASE,
)
PEOPLE_DO = word_set(
    "attend camp cross depend enlist face gather go live march need perish protest queue rely remain require return seek shelter starve"
    " suffer survive travel volunteer vote wait"
)
_REACHES = word_set(
    "to at reached reaches reaching totals total totaled totalled was were is are hit hits passed exceeded exceeds topped of stood stands risen than about around over nearly almost least some approximately"
)
_FIGURE = re.compile(
    r"(?<![^\W_])(?:the|that|this|their|its)\s(?:figure|number|total|toll|count|tally)s?\s(?:at|to|as|is|was|of|from|had|has|stands|stood)(?![^\W_])",
    re.IGNORECASE,
)
_NOT_ONE = re.compile(r"(?<![^\W_])not\s(?:a\s)?(?:single\s)?$", re.IGNORECASE)
_REST = re.compile(r"(?<![^\W_])the (?:remaining|other)\s$", re.IGNORECASE)
_DEFINITE = frozenset({"our", "the", "these", "those", "both", "all", "its", "their", "his", "her"})
_SINGULAR = {
    "second": "seconds", "minute": "minutes", "hour": "hours", "day": "days", "week": "weeks", "month": "months", "year": "years",
    "decade": "decades", "century": "centuries", "night": "nights", "kilometre": "kilometres", "kilometer": "kilometers",
    "metre": "metres", "meter": "meters", "mile": "miles", "foot": "feet", "inch": "inches", "yard": "yards", "pound": "pounds",
    "kilogram": "kilograms", "kilo": "kilos", "gram": "grams", "tonne": "tonnes", "ton": "tons", "acre": "acres", "hectare": "hectares",
    "litre": "litres", "liter": "liters", "gallon": "gallons", "barrel": "barrels", "degree": "degrees", "megawatt": "megawatts",
    "square kilometre": "square kilometres", "square mile": "square miles", "square metre": "square metres",
    "square-mile": "square miles", "square-foot": "square feet", "square foot": "square feet", "fortnight": "fortnights",
}  # fmt: skip
_BRACKET = re.compile(
    r"\s?[(\[]\s?(?:or\s|about\s|around\s|some\s|roughly\s|approximately\s)?$|,\sor\s(?:about\s|around\s|some\s|roughly\s)?$"
)


@Language.factory("conflict_counts", assigns=["doc._.ce_records"])
def make_counts(nlp: Language, name: str) -> Counts:
    """The component that writes the layer `counts`."""
    return Counts()


class Counts:
    """Writes the layer `counts` of `QuantityRecord`s."""

    def __call__(self, doc: Doc) -> Doc:
        """Find all quantities of the Doc but money.

        Args:
            doc: any Doc with tokens.

        Returns:
            The same Doc.
        """
        records = _Finder(doc).find()
        write(doc, "counts", records)
        return doc


class _Finder:
    """Makes the records of one Doc."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.text = text_of(doc)
        self.expressions = scan(text_of(doc))
        self.words = Words(doc)
        self.records: list[QuantityRecord] = []
        self.by_expression: dict[int, QuantityRecord] = {}
        self.people: QuantityRecord | None = None  # the last count of people
        self.last: QuantityRecord | None = None  # the last count with a noun
        self.part: QuantityRecord | None = None  # the last count, when it is part of `people`
        self.further: set[int] = set()
        self.elliptic = False  # the number at hand has the noun of the count before it
        self.named: NounPhrase | None = None  # the noun of "the number of X" for the bare number at hand

    def find(self) -> list[QuantityRecord]:
        for index, expression in enumerate(self.expressions):
            if expression.kind == "money":
                continue
            record = self._count(index, expression) if expression.kind == "count" else self._other(index, expression)
            if record is not None:
                self.records.append(record)
                self.by_expression[index] = record
        self.records.extend(singles(self.words, self.records))
        self.records.extend(zeros(self.text, self.records))
        self._sides()
        self.records.sort(key=lambda record: (record.start, -record.end))
        for number, record in enumerate(self.records, 1):
            record.id = f"counts:{number}"
        for index, record in self.by_expression.items():
            replaced = self.by_expression.get(self.expressions[index].replaces)
            if replaced is not None:
                record.replaces = replaced.id
                if record.kind == replaced.kind == "count":
                    if not replaced.unit:
                        replaced.unit, replaced.in_claims = record.unit, record.in_claims
                    same_as(replaced, record)
        self._conversions()
        relate(self.words, self.records)
        return self.records

    # -- percentages, durations, measures, ages -----------------------------------------------------

    def _other(self, index: int, expression: Expression) -> QuantityRecord:
        unit = expression.unit
        if expression.kind in ("duration", "measure") and unit in _SINGULAR:
            unit = _SINGULAR[unit]
        claims = expression.kind != "age" and not expression.time_like
        if expression.rule == "fraction":
            claims = False
        if expression.kind == "duration" and expression.vague and expression.value is None and expression.low is None:
            claims = False
        if expression.kind == "measure" and expression.unit_name in ("basis point",):
            claims = False
        if expression.value is None and expression.low is None:
            claims = False
        return QuantityRecord(
            start=expression.start,
            end=expression.end,
            kind=expression.kind,
            value=expression.value,
            low=expression.low,
            high=expression.high,
            comparator=expression.comparator,
            modifier=expression.modifier,
            vague=expression.vague,
            unit=unit,
            scope=expression.scope or "unknown",
            in_claims=claims,
            number=list(expression.number),
            rule=expression.rule,
            entry=f"{expression.unit_name} ({expression.dimension})" if expression.dimension else None,
        )

    def _conversions(self) -> None:
        """Pair "45km (28 miles)" both ways."""
        for left, right in zip(self.records, self.records[1:], strict=False):
            if (
                (
                    left.kind == right.kind == "measure"
                    and left.unit != right.unit
                    and right.start >= left.end
                    and right.start - left.end <= 12
                )
                and left.equivalent is None
                and _BRACKET.fullmatch(self.text[left.end : right.start])
            ):
                left.equivalent, right.equivalent = right.id, left.id

    # -- counts -----------------------------------------------------------------------------------------

    def _count(self, index: int, expression: Expression) -> QuantityRecord | None:
        text = self.text
        written = text[expression.number[0] : expression.number[1]].lower()
        start, end = expression.start, expression.end
        record = QuantityRecord(
            start=start,
            end=end,
            kind="count",
            value=expression.value,
            low=expression.low,
            high=expression.high,
            comparator=expression.comparator,
            modifier=expression.modifier,
            vague=expression.vague,
            number=list(expression.number),
            rule=expression.rule,
            whole=expression.whole,
        )
        if expression.rule == "no certain value":
            record.in_claims = False
            return record
        if self._in_number_list(index):
            record.in_claims = False
            record.rule = "row of numbers"
            return record
        if self._is_verb_or_noun(expression, written):
            return None
        sentence = self.words.sentence(start)
        following = self.expressions[index + 1] if index + 1 < len(self.expressions) else None
        phrase: NounPhrase | None = None
        source = "noun"
        if expression.attached is not None:
            record.unit = expression.attached if expression.attached == "people" else plural(expression.attached)
            record.in_claims = expression.attached == "people"
            source = "hyphen"
        else:
            phrase, source = self._noun(expression, following, sentence)
        if phrase is not None and source in ("noun", "of"):
            record.end = (
                max(record.end, phrase.end) if source == "noun" or written.endswith(("s", "couple", "dozen")) else record.end
            )
            record.unit = phrase.unit
            tail = bound_words.after(text, phrase.end)
            if (
                source == "noun"
                and tail is not None
                and record.comparator in ("=", "~")
                and tail.entry.comparator
                and tail.entry.phrase not in ("odd", "plus", "minimum", "maximum", "+")
            ):
                record.comparator, record.modifier, record.end = tail.entry.comparator, text[tail.start : tail.end], tail.end
        elif phrase is not None:
            record.unit = phrase.unit
        record.rule = f"{record.rule}, {source}"
        self._fill(record, expression, phrase, source, sentence, index)
        if written == "one" and _NOT_ONE.search(text, max(0, start - 14), start):
            found = _NOT_ONE.search(text, max(0, start - 14), start)
            record.value, record.comparator = 0.0, "="
            record.start = found.start() if found else start
            record.in_claims = bool(record.unit)
        elif written == "one" and record.category not in _CASUALTY and record.comparator == "=" and source != "partitive":
            record.in_claims = False
        part = self._part(record)
        if (
            phrase is not None
            and record.unit
            and (person_entry(phrase) or record.category in ("killed", "wounded", "detained", "abducted"))
        ) and not part:
            self.people = record
        if record.unit and expression.attached is None and not part:
            self.last = record
        return record

    def _part(self, record: QuantityRecord) -> bool:
        """Whether a count is part of the people before it in its sentence: what is counted behind it has the whole's noun."""
        text, whole, last = self.text, self.people, self.part
        self.part = None
        if whole is None or whole.start < self.words.sentence(record.start)[0]:
            return False
        if INCLUDING.search(text, max(whole.end, record.start - 90), record.start) or (
            last is not None and AND.fullmatch(text, last.end, record.start)
        ):
            self.part = record
        return self.part is not None

    def _in_number_list(self, index: int) -> bool:
        """Whether the number stands in a row of bare numbers, as in a table; such a number counts nothing that we could name."""
        row = self.expressions[max(0, index - 1) : index + 2]
        return (
            len(row) == 3
            and all(
                item.kind == "count" and item.form == "digits" and item.comparator == "=" and item.attached is None
                for item in row
            )
            and all(
                right.start - left.end <= 2 and not self.text[left.end : right.start].strip()
                for left, right in itertools.pairwise(row)
            )
        )

    def _is_verb_or_noun(self, expression: Expression, written: str) -> bool:
        """Whether a vague word or "couple" is something else ("he scores", "a couple was killed"), or "one" a pronoun by its tag."""
        text, doc = self.text, self.doc
        at = self.words.index(expression.number[0])
        token = doc[at] if at < len(doc) else None
        if written in ("scores", "tens") and token is not None:
            if token.tag_.startswith("VB"):
                return True
            after = text[expression.number[1] : expression.number[1] + 8].lower()
            left = word_before(text, expression.number[0]).lower()
            if not after.startswith(
                (
                    " of ",
                    " more",
                    " were",
                    " have",
                    " had",
                    " are",
                    " dead",
                    " killed",
                    " injur",
                    " wound",
                    ",",
                    ".",
                    " was",
                    " fled",
                    " fle",
                    " die",
                )
            ) or left in ("test", "exam", "the", "his", "her", "their", "credit", "who", "he", "she", "it", "film"):
                return True
        if written in ("a couple", "a few", "couple") and expression.vague:
            after = text[expression.number[1] : expression.number[1] + 4].lower()
            if written.endswith("couple") and after != " of " and not after.startswith((" hun", " doz", " tho", " mor")):
                return True
        if written in ("one",) and token is not None and token.tag_ in ("PRP", "NN") and not token.text[0].isdigit():
            return True
        if written in ("few", "several") and expression.value is None and expression.low is None:
            return written == "few"
        return False

    def _noun(
        self, expression: Expression, following: Expression | None, sentence: tuple[int, int]
    ) -> tuple[NounPhrase | None, str]:
        """The noun phrase that is counted and where it was found."""
        text, words = self.text, self.words
        position = expression.end
        if text[position : position + 4] == " of ":
            match = _PARTITIVE.match(text, position)
            if match:
                apposed = phrase_after(words, match.end(), limit=4)
                if apposed is not None and person_entry(apposed) and apposed.end - match.end() < 40:
                    return apposed, "partitive"
                return None, "partitive"
            match = _OF_THE.match(text, position)
            if match:
                found = phrase_after(words, match.end())
                if found is not None:
                    return found, "part"
                if following is not None and following.kind == "count" and following.start - match.end() <= 18:
                    found = phrase_after(words, following.end)
                    return found, "part"
                return None, "part"
            match = _OF.match(text, position)
            if match:
                found = phrase_after(words, match.end())
                return (found, "noun") if found is not None else (None, "none")
        match = _PARTITIVE.match(text, position)
        if match:
            return None, "partitive"
        phrase = phrase_after(words, position)
        if (
            phrase is not None
            and following is not None
            and following.number[0] < phrase.end
            and following.start > position
            and following.kind != "age"
        ):
            phrase = None
        if phrase is not None and phrase.start - position <= 24:
            return phrase, "noun"
        phrase = governed_noun(words, *expression.number)
        return (phrase, "noun") if phrase is not None else (None, "none")

    def _fill(
        self,
        record: QuantityRecord,
        expression: Expression,
        phrase: NounPhrase | None,
        source: str,
        sentence: tuple[int, int],
        index: int,
    ) -> None:
        """Unit of a bare number, category, who, scope."""
        text, words = self.text, self.words
        previous = self.expressions[index - 1].end if index else 0
        ahead = index + 1
        while ahead < len(self.expressions) and (self.expressions[ahead].time_like or self.expressions[ahead].kind == "age"):
            ahead += 1
        following = self.expressions[ahead].start if ahead < len(self.expressions) else len(text)
        left = text[max(sentence[0], previous, record.start - 200) : record.start]
        right = text[record.end : min(sentence[1], following, record.end + 200)]
        long_left = text[max(sentence[0], record.start - 220) : record.start]
        first, last = words.index(record.start), words.index(record.end)
        left_limit = words.index(max(sentence[0], previous if previous > sentence[0] else sentence[0], record.start - 160))
        right_limit = min(len(self.doc), words.index(min(sentence[1], record.end + 160)))
        bare = phrase is None and expression.attached is None
        family = _FAMILY.search(text, max(0, record.start - 40), record.start) if bare else None
        if family is not None:  # "killed a family of five"
            first = words.index(family.start())
        others = phrase is not None and phrase.head in ("others", "other")
        self.named, self.elliptic = None, False
        decided, evidence = category(words, phrase, first, max(last, first), min(left_limit, first), max(right_limit, last))
        if bare or others:
            unit = "people" if family else self._bare_unit(record, source, long_left, decided, others, sentence)
            if unit:
                record.unit = unit
            if decided is None and self.named is not None:
                decided, evidence = own_category(self.named)
                record.who = who(self.named)
            if decided is None and unit and (self.elliptic or self._coordinated_role(record)) and self.last is not None:
                decided, evidence = self.last.category, "same as the figure before"
        if record.unit and record.category is None:
            record.category = decided or ("other" if expression.attached is None else None)
        if decided:
            record.entry = evidence
        if phrase is not None and not others:
            record.who = who(phrase)
            if record.who is None and decided in ("wounded", "detained", "abducted") and not person_entry(phrase):
                record.who = {"status": "unknown", "age": "unknown", "sex": "unknown"}
        elif record.who is None and record.unit and (bare or others):
            base = self.people
            if base is not None and base.unit == record.unit:
                record.who = dict(base.who) if base.who else None
            elif record.unit == "people":
                record.who = {"status": "unknown", "age": "unknown", "sex": "unknown"}
        if (
            expression.scope == "further"
            or others
            or (phrase is not None and phrase.other)
            or (text[record.end : record.end + 6].lower() == " more " and bare)
        ):
            self.further.add(record.start)
        scope, since = scope_of(text, record, left, right, further=record.start in self.further)
        record.scope = scope
        record.since_span = since
        self._in_claims(record, expression, source)

    def _bare_unit(
        self, record: QuantityRecord, source: str, left: str, decided: str | None, others: bool, sentence: tuple[int, int]
    ) -> str:
        """The noun of a number that has none beside it."""
        words = self.words
        antecedent = self.people if self.people is not None and self.people.start >= sentence[0] else None
        if source in ("partitive", "part"):
            base = antecedent or (self.last if self.last is not None and self.last.start >= sentence[0] - 300 else self.people)
            return base.unit if base is not None else "people" if decided in _CASUALTY else ""
        if others:
            return antecedent.unit if antecedent is not None else "people"
        numbers = list(_NUMBER_OF.finditer(left))
        last_word = left.split()[-1].lower().strip("(,") if left.split() else ""
        if numbers and last_word in _REACHES:
            offset = record.start - len(left) + numbers[-1].end()
            phrase = phrase_after(words, offset)
            if phrase is not None and phrase.start - offset <= 1:
                if phrase.head in ("dead", "killed", "wounded", "injured", "missing", "displaced", "deaths"):
                    return "people"
                self.named = phrase
                return phrase.unit
        if _REST.search(left) and self.last is not None and record.start - self.last.end <= 400:
            return self.last.unit
        if _TOLL.search(left):
            return "people"
        last = self.last
        if (
            last is not None
            and last is not self.people
            and 0 <= record.start - last.end <= 40
            and "." not in self.text[last.end : record.start]
            and last.start >= sentence[0]
            and last.category in ("other", "weapons", "vehicles", "buildings")
        ):
            return last.unit
        if (
            last is not None
            and last.start >= sentence[0]
            and _OF_THE_WHOLE.match(self.text, sentence[0])
            and last.start - sentence[0] < 40
        ):
            return last.unit
        if decided in _CASUALTY or decided == "population":
            return antecedent.unit if antecedent is not None else "people"
        if _FIGURE.search(left) and self.last is not None:
            return self.last.unit
        before = phrase_before(words, record.start) if left.rstrip()[-1:] in ("-", "–", "—", ":") else None
        if before is not None:
            return before.unit
        if self._coordinated_role(record) and self.last is not None:
            return self.last.unit
        if self._people_subject(record):
            return "people"
        unit = elliptic_unit(words, record, self.last)
        self.elliptic = bool(unit)
        return unit

    def _people_subject(self, record: QuantityRecord) -> bool:
        """Whether the bare number is the subject of what only people do: "some 350,000 face famine"."""
        words = self.words
        if not words.tree:
            return False
        number = words.doc[words.index(record.end - 1)]
        return (
            number.dep_ in ("nsubj", "nsubj:pass")
            and number.head.tag_ in ("VBP", "VBD", "VB", "VBN", "VBG")
            and (number.head.lemma_ in PEOPLE_DO)
        )

    def _coordinated_role(self, record: QuantityRecord) -> bool:
        """Whether the bare number is an ellipsis of the count before it ("two soldiers on Monday and three on Tuesday")."""
        last = self.last
        if last is None or record.start - last.end > 90:
            return False
        between = self.text[last.end : record.start].lower()
        if "." in between or ";" in between:
            return False
        tail = self.text[record.end : record.end + 14].lower()
        return bool(re.search(r"(?:\band|,|\bthen|\bbut)\s(?:\w+\s){0,2}$", between)) and bool(
            re.match(r"\s(?:in|on|at|from|near|of whom|more|by)\b|[,.;]|\s?$", tail)
        )

    def _in_claims(self, record: QuantityRecord, expression: Expression, source: str) -> None:
        if not record.in_claims:
            return
        if (record.value is None and record.low is None) or not record.unit:
            record.in_claims = False
            return
        head = record.unit.split()[-1].lower()
        if head in (
            "times",
            "points",
            "percent",
            "degrees",
            "things",
            "ways",
            "reasons",
            "cases_",
            "occasions",
            "months",
            "days",
            "parts",
            "goals",
            "runs",
            "wickets",
            "seats_",
        ):
            record.in_claims = False
            return
        before = word_before(self.text, record.start).lower()
        small = (record.value or 99) <= 10
        partitive = bool(
            re.search(
                r"\bof\s(?:the|these|those|its|their)\s$", self.text[max(0, record.start - 14) : record.start], re.IGNORECASE
            )
        )
        if (
            before in _DEFINITE
            and small
            and not partitive
            and record.category not in ("killed", "wounded", "casualties", "missing")
        ):
            record.in_claims = False

    def _sides(self) -> None:
        """The actor key of a side named inside a count of people ("three Israeli soldiers")."""
        mentions = [
            mention
            for mention in read(self.doc, "actors", ActorMention)
            if mention.use == "modifier" or mention.form in ("demonym", "name", "acronym")
        ]
        if not mentions:
            return
        starts = [mention.start for mention in mentions]
        for record in self.records:
            if record.who is None or record.kind != "count":
                continue
            at = bisect_right(starts, record.start - 1)
            while at < len(mentions) and mentions[at].start < record.end:
                if mentions[at].end <= record.end:
                    record.who["side"] = mentions[at].actor
                    break
                at += 1
