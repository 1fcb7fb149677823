"""The speaker of each saying: its actor row (made when there is none), affiliation, role, channel, target."""

from __future__ import annotations

import re

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_types import name_endings
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._channels import anonymous_by_words, former_by_words, media_kind, via_of
from conflict_extract.annotate._coref_scene import COLLECTIVE, FIRST, Scene
from conflict_extract.annotate._said_join import head_of
from conflict_extract.annotate._speaks_for import Sides, behind
from conflict_extract.annotate._targets import Targets
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import cue_index
from conflict_extract.lexicons.references import descriptions

ARTICLE = re.compile(
    r"^(?:the|a|an|this|that|these|those|some|any|another|its|his|her|their|our|my|one|both of|all of|two|three|four|five|six|seven|eight|nine|ten|"
    r"several|many|other|most|all|\d+)\s+",
    re.IGNORECASE,
)
LONE = frozenset({"one", "two", "three", "several", "some", "many", "others", "another", "few", "most", "both", "all"})
INNER_ARTICLE = re.compile(r"(\b(?:and|or) )the (?=[a-z])")
BOTH = re.compile(
    r"^(?:both\b.*|(?:the two|all|the warring|the rival|the opposing)\b.*\b(?:sides?|parties|countries|armies|governments|nations|"
    r"factions|states|camps|groups))$",
    re.IGNORECASE,
)


class Speakers:
    """Resolves the sayings one by one, in reading order, while the scene is read.

    Attributes:
        heads: head token of a source -> records with that source. last: a source's last token -> the same.
        found: token -> actor that coreference resolved it to.
        mentions: mentions of speakers that the actors layer lacks.
    """

    def __init__(self, scene: Scene, said: list[layer.SaidRecord], numbers: list[int]) -> None:
        self.scene, self.view, self.said, self.numbers = scene, scene.view, said, numbers
        self.by_id = {record.id: record for record in said}
        self.found: dict[int, str] = {}
        self.mentions: list[layer.ActorMention] = []
        self.heads: dict[int, list[layer.SaidRecord]] = {}
        self.waiting: list[layer.SaidRecord] = []
        self.quotes: dict[int, str] = {}
        self._next = len(scene.rows) + 1
        self._made: dict[str, str] = {}
        self.last: dict[int, list[layer.SaidRecord]] = {}
        for record in said:
            if record.source is None:
                continue
            head = source_head(self.view, record.source)
            if head is not None:
                self.heads.setdefault(head, []).append(record)
                last = max(head, self.view.tokens(*record.source)[1] - 1)
                self.last.setdefault(last, []).append(record)
        self._spoken = sorted(((q.open, number) for number, q in enumerate(self.view.quotes)), key=lambda item: item[0])
        self._direct: dict[int, layer.SaidRecord] = {}
        for record in said:
            if record.mode == "direct" or record.rule.startswith(("quote", "cue-then", "continued", "same")):
                for start, end in record.content:
                    for i in range(*self.view.tokens(start, end)):
                        if self.view.quote[i] >= 0:
                            self._direct.setdefault(self.view.quote[i], record)
                        break

    def quoted_by(self, i: int) -> str | None:
        """The speaker of the quotation that a token stands in, when he is known already or is named right behind it."""
        quote = self.view.quote[i]
        record = self._direct.get(quote)
        if record is None:
            return None
        if record.speaker is None and record.source is not None:
            head = source_head(self.view, record.source)
            mention = self.view.mention[head] if head is not None else None
            if mention is not None and mention.use == "actor":
                return mention.actor
        return record.speaker

    def at(self, i: int) -> None:
        """Settle the sayings whose source mention ends at token `i`."""
        for record in self.last.get(i, ()):
            self._settle(record)

    def rename(self, old: str, new: str) -> None:
        """Give the sayings and mentions of an unnamed person to the one whose name the text gives later."""
        for record in self.said:
            if record.speaker == old:
                record.speaker = new
        for token, actor in self.found.items():
            if actor == old:
                self.found[token] = new
        for mention in self.mentions:
            if mention.actor == old:
                mention.actor = new

    def _settle(self, record: layer.SaidRecord) -> None:
        """Speaker, affiliation, role of one saying."""
        if record.source is None or record.speaker is not None:
            return
        view, scene = self.view, self.scene
        head = source_head(view, record.source)
        if head is None:
            return
        actor = self._actor(record, head)
        if actor is None:
            return
        record.speaker = actor
        if actor in self._made.values() and scene.rows[actor].type == "organization":
            scene.note(actor, head)  # "the Cluster" may take it up
        end = max(record.end, view.end[head])
        scene.speakers.append((end, actor))

    def _actor(self, record: layer.SaidRecord, head: int) -> str | None:
        """The actor of a source: what coreference found, the mention at its head, or a new row for a noun phrase."""
        view, scene = self.view, self.scene
        if head in self.found:
            return self.found[head]
        low = view.low[head]
        first, last = view.tokens(*record.source) if record.source else (head, head + 1)
        words = view.text[record.source[0] : record.source[1]] if record.source else ""
        if record.source is not None and BOTH.match(words) and view.tag[head] in ("NNS", "NNPS"):
            return self._both(words, record.source, head)
        person = self._named(first, last)
        if person is not None and not any(view.dep[j] == "conj" for j in range(first, last)):
            return person
        if "reciprocal" in record.rule and (one := self._one_of_two(record, head)) is not None:
            return one
        mentioned = view.mention[head]
        one_name = mentioned is not None and mentioned.form in ("name", "acronym")
        several = any(view.dep[j] == "conj" and first <= j < last for j in view.children[head])
        several = several and not (one_name and view.mention[last - 1] is view.mention[head])
        group = None if several else self._organisation(first, last, head) or self._renamed(head)
        if group is not None:
            return group
        together = self._joint(first, last, head, record.source)
        if together is not None:
            return together
        joint = view.mention[head]
        if "reciprocal" in record.rule:
            joint = next((m for m in layer_mentions(view, head) if m.form in ("name", "acronym")), joint)
        whole = joint is not None and record.source == [joint.start, joint.end]  # "Israeli claims that P"
        if joint is not None and (joint.use != "modifier" or whole):
            row = scene.rows.get(joint.actor)
            if row is not None:
                start, _end = view.tokens(joint.start, joint.end)
                inner = self._named(first, last)
                return (
                    inner
                    if inner is not None and row.type not in ("person",) and not row.members and not start <= first
                    else joint.actor
                )
        named = self._named(first, last)
        if named is not None and view.pos[head] == "PROPN":
            return named
        if low in FIRST:
            return self.quoted_by(head)
        if view.pos[head] == "PRON" and low not in LONE:
            return None
        if low in LONE or view.pos[head] in ("NUM", "DET"):
            return self._one_of(record, head)
        return self._new(record, head)

    def _named(self, first: int, last: int) -> str | None:
        """A person named among tokens."""
        for i in range(last - 1, first - 1, -1):
            mention = self.view.mention[i]
            if mention is not None and mention.form == "name":
                row = self.scene.rows.get(mention.actor)
                possessed = view_next(self.view, mention) in ("'s", "'")
                if row is not None and row.type == "person" and not possessed:
                    return row.key
        return None

    def _organisation(self, first: int, last: int, head: int) -> str | None:
        """The named organisation behind or in a common noun: "the consultancy Agro-Plan", "the official KCNA news agency"."""
        view, rows = self.view, self.scene.rows
        at = view.mention[head]
        if (
            at is not None
            and at.actor in rows
            and (rows[at.actor].kb is not None or rows[at.actor].type in ("person", "population"))
        ):
            return None
        word = descriptions().get(view.low[head])
        for i in range(last - 1, first - 1, -1):
            mention = view.mention[i] if i != head else None
            for candidate in layer_mentions(view, i) if mention is None or mention is at else [mention]:
                row = rows.get(candidate.actor)
                if (
                    row is None
                    or candidate.form not in ("name", "acronym")
                    or row.type not in ("organization", "media", "armed_group")
                ):
                    continue
                if (
                    i > head
                    or (word is not None and row.type in word.types and row.type == "media")
                    or (row.type == "media" and view.low[head] == "agency")
                ):
                    return row.key
        return None

    def _renamed(self, head: int) -> str | None:
        """ "A think tank in X, the Y Institute, said": the organisation in apposition to the noun for its kind."""
        view, rows = self.view, self.scene.rows
        at = view.mention[head]
        own = rows.get(at.actor) if at is not None else None
        if (
            own is None
            or own.kb is not None
            or own.type not in ("organization", "armed_group", "media")
            or own.name[:1].isupper()
        ):
            return None
        behind = [j for j in view.children[head] if j > head]
        behind += [
            k for j in behind if view.base(j) == "nmod" for k in view.children[j]
        ]  # hung on the place: "in X, the Y Institute"
        for j in behind:
            mention = view.mention[j] if view.dep[j] == "appos" else None
            row = rows.get(mention.actor) if mention is not None and mention.form in ("name", "acronym") else None
            if row is not None and row.type in ("organization", "armed_group", "media"):
                return row.key
        return None

    def _joint(self, first: int, last: int, head: int, span: list[int] | None) -> str | None:
        """The row of coordinated actors, with its members; None when the mention is not coordinated."""
        view, rows = self.view, self.scene.rows
        others = [j for j in view.children[head] if view.dep[j] == "conj" and first <= j < last]
        if not others or span is None:
            return None
        mention = view.mention[head]
        if mention is not None and mention.actor in rows and rows[mention.actor].members:
            return mention.actor
        if mention is not None and all(view.mention[j] is mention for j in others):
            return None  # "Red Cross and Red Crescent": one name
        members: list[str] = []
        for j in [head, *others]:
            mention = view.mention[j]
            if mention is not None and mention.actor in rows and mention.actor not in members:
                members.append(mention.actor)
        if not members:
            return None
        key = self._row(INNER_ARTICLE.sub(r"\1", common_name(view, span)), None, None, "plural", span, head)
        rows[key].members = members
        rows[key].anonymous = False
        return key

    def _one_of_two(self, record: layer.SaidRecord, head: int) -> str | None:
        """ "A and B accused each other": the one of the two joint actors that this record's source is."""
        mention = self.view.mention[head]
        members = self.scene.rows[mention.actor].members if mention is not None and mention.actor in self.scene.rows else []
        if mention is None or record.source is None or len(members) != 2:
            return None
        return members[record.source[0] > mention.start]

    def _one_of(self, record: layer.SaidRecord, head: int) -> str | None:
        """ "one of them", "another": a member of the last group that spoke."""
        group = self.found.get(next((j for j in self.view.subtree(head) if j in self.found), -1))
        if group is None:
            for _, actor in reversed(self.scene.speakers[-3:]):
                if self.scene.rows[actor].number == "plural":
                    group = actor
                    break
        if group is None:
            return None
        row = self.scene.rows[group]
        if self.view.low[head] in ("one", "another"):
            name = _singular(row.name)
            return self._row(name, row.affiliation, row, "singular", record.source, head)
        return group

    def _new(self, record: layer.SaidRecord, head: int) -> str | None:
        """A row for a common noun phrase."""
        view = self.view
        if record.source is None:
            return None
        name = common_name(view, record.source)
        if not name or not any(char.isalpha() for char in name):
            return None
        owner = next((self.found[j] for j in view.children[head] if j in self.found and view.dep[j] == "nmod:poss"), None)
        if view.low[head] == "office" and owner in self.scene.rows and self.scene.rows[owner].name[:1].isupper():
            name = f"{self.scene.rows[owner].name}'s {name}"  # "his office"
        mention = view.mention[head]
        number = "plural" if view.tag[head] in ("NNS", "NNPS") else "singular"
        affiliation = mention.actor if mention is not None and mention.use == "modifier" else None
        if affiliation is None:
            affiliation = behind(self.scene, head)
        key = self._row(name, affiliation, None, number, record.source, head)
        if named_body(view, record.source, head):
            row = self.scene.rows[key]
            row.type, row.anonymous = "organization", False
            if view.low[head] not in use_words("own_body", "same"):
                row.affiliation = self.mentions[-1].affiliation = None  # "the Kenya Relief Network" speaks for itself
            row.source_type = row.source_type or name_endings().get(view.low[head])
        return key

    def _row(
        self, name: str, affiliation: str | None, like: layer.ActorRow | None, number: str, span: list[int] | None, head: int
    ) -> str:
        """The key of a row with this name, made when there is none."""
        key = self._made.get(name.lower())
        if key is None:
            while f"a{self._next}" in self.scene.rows:
                self._next += 1
            key = f"a{self._next}"
            self._made[name.lower()] = key
            person = like is not None or number == "singular"
            self.scene.rows[key] = layer.ActorRow(
                key=key,
                name=name,
                type="person" if person and like is not None else "other",
                affiliation=affiliation,
                role=like.role if like is not None else None,
                source_type=like.source_type if like is not None else None,
                sector=like.sector if like is not None else None,
                number=number,
                anonymous=True,
            )
        if span is not None:
            view = self.view
            self.mentions.append(
                layer.ActorMention(
                    start=span[0],
                    end=span[1],
                    actor=key,
                    form="nominal",
                    head=view.start[head],
                    affiliation=affiliation,
                    rule="speaker",
                )
            )
        return key

    def _polity(self, name: str) -> str:
        """The row of a place or party that somebody speaks for."""
        return self._row(name, None, None, "singular", None, -1)

    def finish(self) -> None:
        """Affiliations, roles, channels, targets of all sayings; continued quotations take the speaker they go on from."""
        for record in self.said:
            for _ in range(50):
                if record.speaker is None and record.continues in self.by_id:
                    record.speaker = self.by_id[record.continues].speaker
                break
            if record.speaker is None and record.source is not None:
                self._settle(record)
        self.sides = Sides(self.scene, self.said, self.found, self._polity)
        for record in self.said:
            if self.sides.court is not None and self._unnamed_court(record):
                record.speaker = self.sides.court
        for record in self.said:
            self._complete(record)
            self.sides.at_home(record)
        targets = Targets(view=self.view, rows=self.scene.rows, said=self.said, found=self.found, actor_at=self._actor_at)
        for record in self.said:
            targets.settle(record)
            self._own_will(record)

    def _unnamed_court(self, record: layer.SaidRecord) -> bool:
        """Whether "a Halden court" speaks, which a text with one court of first instance names elsewhere."""
        row = self.scene.rows.get(record.speaker or "")
        if row is None or row.kb is not None or row.source_type != "judiciary" or record.source is None:
            return False
        words = self.view.text[slice(*record.source)].lower().split()
        return words[0] in ("a", "an") and words[-1] in ("court", "tribunal")

    def _complete(self, record: layer.SaidRecord) -> None:
        """What the row and the words around say of the speaker."""
        view, rows = self.view, self.scene.rows
        verb = head_of(view, *record.cue) if record.cue else None
        if verb is not None:
            source_end = record.source[1] if record.source else None
            record.via = via_of(view, verb, record.content, source_end)
        parent = self.by_id.get(record.parent or "")
        if (
            (
                record.rule.startswith("quoted-as-saying")
                or (record.entry in ("say", None) and parent is not None and parent.rule.startswith("quoted"))
            )
            and parent is not None
            and parent.speaker in rows
            and rows[parent.speaker].type == "media"
        ):
            outlet = rows[parent.speaker]
            record.via = {"kind": media_kind(outlet), "name": outlet.name, "actor": outlet.key}
        if record.source is None:
            return
        head = source_head(view, record.source)
        row = rows.get(record.speaker or "")
        if row is not None:
            record.role = row.role
            record.former = row.former
            record.anonymous = row.anonymous
        if head is not None and not record.former:
            record.former = former_by_words(view, record.source, head)
        if (
            verb is not None
            and not record.anonymous
            and (row is None or (row.type not in COLLECTIVE and not row.name[:1].isupper()))
        ):
            record.anonymous = anonymous_by_words(view, verb, record.source)
        if not record.former and row is not None:
            record.affiliation = self.sides.of(record, row, head)

    def _own_will(self, record: layer.SaidRecord) -> None:
        """A speaker's neutral saying about what his own side will do is a commitment."""
        if record.act != "statement" or record.speaker is None or not neutral(record) or not record.content:
            return
        view, rows = self.view, self.scene.rows
        own = {record.speaker, record.affiliation, rows[record.speaker].affiliation} - {None}
        first, last = view.tokens(*record.content[0])
        for i in range(first, min(last, first + 14)):
            if not view.dep[i].startswith("nsubj"):
                continue
            helpers = [view.low[j] for j in view.children[view.head[i]] if view.base(j) == "aux"]
            mention = view.mention[i]
            actor = self.found.get(i) or (mention.actor if mention is not None and mention.use == "actor" else None)
            side = rows[actor].affiliation if actor in rows else None
            will = any(word in ("will", "would", "shall", "'ll", "wo") for word in helpers) and "have" not in helpers
            if will and view.dep[i] == "nsubj" and actor is not None and (actor in own or side in own):
                record.act = "commitment"
                record.rule += "; wording:own-will"
            return

    def _actor_at(self, span: list[int]) -> str | None:
        """The actor at a mention, or None; "both sides" gets a row with the two parties as members."""
        view, rows = self.view, self.scene.rows
        head = source_head(view, span)
        if head is None:
            return None
        text = view.text[span[0] : span[1]]
        if BOTH.match(text):
            return self._both(text, span, head)
        if head in self.found:
            return self.found[head]
        together = self._joint(*view.tokens(*span), head, span)
        if together is not None:
            return together
        mention = view.mention[head]
        if mention is not None and mention.actor in rows and mention.use != "modifier":
            return mention.actor
        return None

    def _both(self, text: str, span: list[int], head: int) -> str | None:
        """The row of "both sides": the two parties that the text named last as opponents."""
        rows = self.scene.rows
        parties: list[str] = []
        for record in sorted(self.said, key=lambda item: -item.start):
            if record.start >= span[0]:
                continue
            for key in (record.affiliation, record.target_actor, record.speaker):
                row = rows.get(key or "")
                if row is not None and row.type in ("state", "armed_group") and row.key not in parties:
                    parties.append(row.key)
            if len(parties) >= 2:
                break
        key = self._row(
            text[:1].lower() + text[1:] if not text.lower().startswith("the ") else text[4:], None, None, "plural", span, head
        )
        if len(parties) >= 2 and not text.lower().startswith("all"):
            rows[key].members = sorted(parties[:2])
        rows[key].anonymous = False
        return key


def source_head(view: View, span: list[int]) -> int | None:
    """The head token of a mention: a personal name's, else the one whose head lies outside."""
    first, last = view.tokens(*span)
    for i in range(first, last):
        mention = view.mention[i]
        if mention is not None and mention.form == "name" and view.pos[i] == "PROPN":
            row = view.actors.get(mention.actor)
            if row is not None and row.type == "person" and not first <= view.head[i] < last:
                return i
    head = head_of(view, *span)
    if head is not None and view.pos[head] == "DET" and first < head + 1 < last:
        return next(
            (i for i in range(last - 1, head, -1) if view.pos[i] in ("NOUN", "PROPN")), head
        )  # "a" that heads "a U.S. official"
    return head


def common_name(view: View, span: list[int]) -> str:
    """The words of a common noun phrase without determiner and numeral; lower-cased at the start of a sentence."""
    text = " ".join(view.text[span[0] : span[1]].split())
    while True:
        cut = ARTICLE.sub("", text)
        if cut == text:
            break
        text = cut
    first = view.tokens(*span)[0]
    if (
        text
        and first < view.n
        and text[:1].isupper()
        and view.pos[view.tokens(span[1] - len(text.split()[0]) if len(text.split()) == 1 else span[0], span[1])[0]]
        in ("NOUN", "ADJ", "VERB")
        and not any(word[:1].isupper() for word in text.split()[1:])
    ) and not text.split()[0].isupper():
        text = text[:1].lower() + text[1:]
    return text


def named_body(view: View, span: list[int], head: int) -> bool:
    """Whether a mention is the capitalised name of a body that no entity covers: "the Logistics Cluster"."""
    first, last = view.tokens(*span)
    if first + 2 > last or view.low[first] != "the" or head < first + 2:
        return False
    parts = [i for i in range(first + 1, head + 1) if view.low[i] not in ("of", "and", "for", "the")]
    return len(parts) > 1 and all(view.word[i][:1].isupper() and view.tag[i].startswith(("NN", "JJ")) for i in parts)


def neutral(record: layer.SaidRecord) -> bool:
    """Whether a saying's cue leaves the act to the wording."""
    if record.entry is None:
        return True
    entry = cue_index().verbs.get(record.entry.split()[0])
    return entry.neutral if entry is not None else record.entry.startswith(("according", "as per", "per"))


def view_next(view: View, mention: layer.ActorMention) -> str:
    """The word behind a mention."""
    after = view.tokens(mention.start, mention.end)[1]
    return view.low[after] if after < view.n else ""


def layer_mentions(view: View, i: int) -> list[layer.ActorMention]:
    """Mentions that start at a token although a longer one covers it."""
    return view.inner.get(i, [])


def _singular(name: str) -> str:
    """The singular of a plural common noun phrase."""
    if name.endswith("ies"):
        return name[:-3] + "y"
    if name.endswith("men"):
        return name[:-3] + "man"
    if name.endswith("s") and not name.endswith("ss"):
        return name[:-1]
    return name
