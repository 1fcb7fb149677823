"""Who did it to whom: fills agents and patients of the triggers from the tree by the frame of each entry."""

from __future__ import annotations

from typing import Any

from conflict_extract.annotate._arcs import Arcs
from conflict_extract.annotate._triggers import Classes, Found
from conflict_extract.lexicons.events import Frame, Role, frames

NOT_PARTIES = frozenset({"there", "this", "that", "what", "when", "where", "which", "none"})
ADJECTIVE_ENTS = frozenset({"NORP", "GPE", "ORG", "PERSON", "PER", "MISC"})
NO_MODIFIERS = frozenset({"military", "naval", "other", "some", "many", "most", "total", "dead", "wounded", "none"})
INDIRECT = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "CARDINAL", "ORDINAL", "QUANTITY"})


class Roles:
    """Fills roles; `by_token` maps the head token of each trigger to the trigger."""

    def __init__(self, arcs: Arcs, classes: Classes, found: list[Found]) -> None:
        self.arcs = arcs
        self.classes = classes
        self.found = found
        self.by_token = {item.token: item for item in found}
        self.frames = frames()

    def fill(self) -> None:
        """Fill `agents` and `patients` (head tokens) of all triggers: nouns first, because verbs take agents from them."""
        for item in self.found:
            if item.entry.pos == "noun":
                self._noun(item)
        for item in self.found:
            if item.entry.pos != "noun":
                self._verb(item)
        for item in self.found:
            self._inherit(item)
            item.agents = self._clean(item.agents, item)
            item.patients = self._clean(item.patients, item)
            if self.frames[item.entry.frame].subject != "both" and self.frames[item.entry.frame].possessive != "both":
                item.patients = [node for node in item.patients if node not in item.agents]

    # -- verbs and participles -------------------------------------------------------------------------------------------
    def _verb(self, item: Found) -> None:
        arcs, frame, i = self.arcs, self.frames[item.entry.frame], item.token
        if item.entry.pos == "adj":
            self._adjective(item, frame)
            return
        subject, passive = arcs.subject(i)
        if subject is not None and subject not in item.tokens:
            self._add(item, frame.passive if passive else frame.subject, subject)
        own = arcs.child(i, "obj")
        if own is not None and own not in item.tokens:
            self._add(item, frame.object, arcs.antecedent(own))
        elif arcs.antecedent_is_object(i):
            self._add(item, frame.object, arcs.head[i])
        receiver = arcs.child(i, "iobj")
        if receiver is not None and receiver not in item.tokens:
            self._add(item, "patient" if frame.object != "none" or frame.prepositions.get("to") else "none", receiver)
            if item.entry.frame == "v.give":
                item.patients = [node for node in item.patients if node == receiver]
        for node in item.tokens:
            self._obliques(item, frame, node, inside=node != i)
        if own is not None and own not in item.tokens and item.entry.frame in ("v.launch", "v.from", "v.give", "v.act"):
            self._obliques(item, frame, own, inside=False)
        whole = own is not None and own not in item.tokens and receiver is None and item.entry.frame == "v.give"
        if whole and own is not None and self.classes.fits(own, ("PERSON",)) and not self.classes.fits(own, ("WEAPON",)):
            item.patients = [node for node in item.patients if node in arcs.conjuncts(arcs.antecedent(own))]
        if item.entry.frame == "v.give":
            item.patients = [node for node in item.patients if not self._is_thing(node)]
        if item.entry.frame == "v.give" and len(item.patients) > 1:
            thing = arcs.antecedent(own) if own is not None else subject if passive else None
            others = [node for node in item.patients if node != thing]
            if thing is not None and others and not self.classes.fits(thing, ("PERSON", "ACTOR")):
                item.patients = others

    def _obliques(self, item: Found, frame: Frame, node: int, inside: bool) -> None:
        """Roles of the prepositional phrases of a token; `inside`: it is a further word of the trigger ("open fire on")."""
        arcs = self.arcs
        for kid in arcs.kids[node]:
            if kid in item.tokens or arcs.base[kid] not in ("obl", "nmod"):
                continue
            if arcs.dep[kid] == "nmod:poss":
                if inside and arcs.base[node] == "obj":
                    self._add(item, frame.object, kid)
                continue
            case = "by" if arcs.dep[kid] == "obl:agent" else arcs.case(kid)
            if case is None:
                continue
            role: Role = frame.prepositions.get(case, "none")
            if (
                (inside and role == "none" and case in ("of", "to"))
                or (not inside and role == "none" and case == "of" and len(item.tokens) > 1)
                or (not inside and role == "none" and self._own_preposition(item, kid))
            ):
                role = frame.object
            if role == "patient" and case in ("on", "at", "for") and self.classes.ents[kid] in INDIRECT:
                continue
            if case == "by" and not (arcs.passive(item.token) or item.entry.pos == "noun" or arcs.dep[kid] == "obl:agent"):
                continue
            self._add(item, role, kid)

    def _is_thing(self, node: int) -> bool:
        """Whether what is given is a thing or money and no receiver."""
        return bool({"CARGO", "WEAPON", "PAPER"} & self.classes.of(node)) or self.classes.ents[node] in ("MONEY", "PERCENT")

    def _own_preposition(self, item: Found, kid: int) -> bool:
        """Whether the phrase's preposition is a word of the trigger ("set upon", "crack down on")."""
        return any(grandkid in item.tokens for grandkid in self.arcs.kids[kid])

    def _adjective(self, item: Found, frame: Frame) -> None:
        arcs, i = self.arcs, item.token
        if arcs.dep[i] == "amod":
            self._add(item, frame.modifier, arcs.head[i])
            return
        subject, _ = arcs.subject(i)
        if subject is not None:
            self._add(item, frame.subject, subject)

    # -- nouns -----------------------------------------------------------------------------------------------------------
    def _noun(self, item: Found) -> None:
        arcs, frame, i = self.arcs, self.frames[item.entry.frame], item.token
        if frame.itself != "none":
            self._add(item, frame.itself, i)
        if frame.subject != "none":
            subject, _ = arcs.subject(arcs.head[i] if arcs.base[i] == "obl" else i)
            if subject is not None:
                self._add(item, frame.subject, subject)
        for node in sorted(item.tokens):
            for kid in arcs.kids[node]:
                if kid in item.tokens:
                    continue
                if arcs.dep[kid] == "nmod:poss":
                    role = frame.possessive
                    if role == "agent" and self._no_party(kid):
                        continue
                    if arcs.pos[kid] == "PRON" or not self._no_party(kid):
                        self._add(item, role, kid)
                elif arcs.dep[kid] in ("compound", "amod", "nmod:desc", "nmod") and kid < node and self._names_party(kid):
                    self._add(item, frame.modifier if frame.modifier != "none" else frame.possessive, kid)
                elif arcs.base[kid] in ("nmod", "obl"):
                    case = arcs.case(kid)
                    role = frame.prepositions.get(case or "", "none")
                    self._add(item, role, kid)
                    if case == "of":
                        agent = next((k for k in arcs.kids[kid] if arcs.dep[k] == "nmod" and arcs.case(k) == "by"), None)
                        if agent is not None:
                            self._add(item, frame.prepositions.get("by", "none"), agent)
                elif arcs.dep[kid] in ("acl", "acl:relcl") and arcs.passive(kid):
                    agent = arcs.child(kid, "obl:agent") or self._by(kid)
                    if agent is not None and kid not in self.by_token:
                        self._add(item, "agent", agent)
        self._from_light_verb(item, frame)

    def _from_light_verb(self, item: Found, frame: Frame) -> None:
        """Roles that stand with the governing light verb: "rebels launched an attack on X", "an attack was launched by rebels"."""
        if item.light is None or item.light_entry is None:
            return
        arcs, verb, light = self.arcs, item.light, item.light_entry
        if light.agent and not any(arcs.dep[kid] == "nmod:poss" for kid in arcs.kids[item.token]):
            subject, passive = arcs.subject(verb)
            if subject is not None and not passive and subject != item.token:
                role: Role = frame.possessive if frame.possessive in ("both", "agent") else "agent"
                self._add(item, role, subject)
            elif passive:
                agent = arcs.child(verb, "obl:agent") or self._by(verb)
                if agent is not None:
                    self._add(item, "agent", agent)
        for kid in arcs.kids[verb]:
            if arcs.base[kid] == "obl" and kid != item.token:
                case = arcs.case(kid) or ""
                role = frame.prepositions.get(case, "none")
                if case in ("by", "at", "to", "of", "from") or self.classes.ents[kid] in INDIRECT:
                    continue
                self._add(item, role, kid)

    def _by(self, i: int) -> int | None:
        """The by-phrase of a passive."""
        arcs = self.arcs
        return next((kid for kid in arcs.kids[i] if arcs.base[kid] == "obl" and arcs.case(kid) == "by"), None)

    def _names_party(self, i: int) -> bool:
        """Whether a modifier before a noun names a party ("Russian", "rebel", "police")."""
        if self.classes.ents[i] in ADJECTIVE_ENTS or i in self.classes.actors:
            return True
        return bool({"PERSON", "ARMED", "OFFICE"} & self.classes.of(i)) and self.arcs.lower[i] not in NO_MODIFIERS

    def _no_party(self, i: int) -> bool:
        """Whether a possessor is a time or a place ("Monday's", "the city's")."""
        if self.classes.ents[i] in INDIRECT or self.arcs.is_time(i):
            return True
        return "PLACE" in self.classes.of(i) and i not in self.classes.actors

    # -- all -------------------------------------------------------------------------------------------------------------
    def _add(self, item: Found, role: Role, node: int) -> None:
        """Give a noun and its conjuncts a role."""
        if role == "none":
            return
        arcs = self.arcs
        for part in arcs.conjuncts(node):
            if (part != node and arcs.pos[part] in ("VERB", "AUX")) or (
                part in item.tokens and role != "agent" and part != item.token
            ):
                continue
            if role in ("agent", "both"):
                item.agents.append(part)
            if role in ("patient", "both"):
                item.patients.append(part)

    def _inherit(self, item: Found) -> None:
        """Replace an agent that is itself an event or a weapon by its own agents ("a Syrian air strike killed", "their shells hit")."""
        agents: list[int] = []
        for node in item.agents:
            other = self.by_token.get(self.arcs.counted(node)[0])
            if (
                other is not None
                and other is not item
                and self.frames[other.entry.frame].itself == "none"
                and other.entry.pos == "noun"
            ):
                agents.extend(other.agents or (self._owners(node) if "WEAPON" in self.classes.of(node) else []))
            elif {"WEAPON", "AIRCRAFT"} & self.classes.of(node) and not self.classes.fits(node, ("PERSON",)):
                owners = self._owners(node)
                mere = "WEAPON" in self.classes.of(node) and "ARMED" not in self.classes.of(node)
                agents.extend(owners or ([] if mere else [node]))
            else:
                agents.append(node)
        item.agents = agents
        item.patients = [node for node in item.patients if not self._is_deed(node, item)]
        if self.frames[item.entry.frame].frame == "v.weapon":
            subject, _ = self.arcs.subject(item.token)
            if subject is not None and not item.agents:
                item.agents.extend(self._owners(subject))
            other = self.by_token.get(subject) if subject is not None else None
            if other is not None and not item.agents:
                item.agents.extend(other.agents)

    def _is_deed(self, node: int, item: Found) -> bool:
        """Whether a noun is itself an event ("fought a war", "broke the ceasefire") and so no party."""
        other = self.by_token.get(node)
        return (
            other is not None
            and other is not item
            and other.entry.pos == "noun"
            and self.frames[other.entry.frame].itself == "none"
        )

    def _owners(self, node: int) -> list[int]:
        """Parties that stand with a weapon: "Pakistani shells", "the army's rockets", "a shell fired by rebels"."""
        arcs = self.arcs
        found = []
        for kid in arcs.kids[node]:
            if (arcs.dep[kid] in ("compound", "amod", "nmod:poss", "nmod:desc") and self._names_party(kid)) or (
                arcs.base[kid] == "nmod" and arcs.case(kid) == "of" and self._names_party(kid)
            ):
                found.append(kid)
            elif arcs.dep[kid] == "acl" and arcs.passive(kid):
                agent = arcs.child(kid, "obl:agent") or self._by(kid)
                if agent is not None:
                    found.append(agent)
        return found

    def _clean(self, nodes: list[int], item: Found) -> list[int]:
        """The nouns that can be parties, each once, in order."""
        arcs = self.arcs
        kept: list[int] = []
        for node in nodes:
            node = arcs.antecedent(node)
            if node in kept or arcs.is_time(node) or arcs.lower[node] in NOT_PARTIES:
                continue
            if arcs.pos[node] not in ("NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET", "VERB", "X", ""):
                continue
            if arcs.pos[node] == "VERB" and node != item.token and arcs.child(node, "det") is None:
                continue
            kept.extend(part for part in arcs.split(node)[:-1] if part not in kept)
            kept.append(node)
        return kept

    def party(self, node: int) -> tuple[int, int, int]:
        """Token range of the party and its head: "dozens of monks" is one, its head is "monks"."""
        arcs = self.arcs
        noun, measure = arcs.counted(node)
        start, end = arcs.phrase(noun)
        if measure is not None:
            start = min(start, arcs.phrase(measure)[0])
        return start, end, noun


def mention(arcs: Arcs, span: tuple[int, int, int], actors: dict[int, str]) -> dict[str, Any]:
    """A party as a record holds it."""
    start, end = arcs.offsets(span[0], span[1])
    return {"start": start, "end": end, "actor": actors.get(span[2])}
