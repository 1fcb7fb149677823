"""The closed vocabularies of the schema, as `Literal` types."""

from __future__ import annotations

from typing import Literal, get_args

Act = Literal[
    "statement", "announcement", "confirmation", "estimate", "opinion", "accusation", "denial", "demand", "commitment",
    "threat", "question", "narration",
]  # fmt: skip
Mode = Literal["direct", "indirect", "mixed", "narration"]
EventType = Literal[
    "killing", "injury", "displacement", "return", "detention", "abduction", "missing", "attack", "mobilization",
    "territorial_control", "surrender", "ceasefire", "negotiation", "agreement", "aid", "sanction", "protest", "rights_abuse",
    "destruction", "legal_action", "political", "population", "other",
]  # fmt: skip
EventStatus = Literal["asserted", "denied", "planned", "demanded", "possible", "background"]
Responsibility = Literal["own", "other", "disclaimed"]
# Halterman et al. 2023, "PLOVER and POLECAT": the 16 event types of the PLOVER ontology.
Plover = Literal[
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST",
    "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "RETREAT",
]  # fmt: skip
PlaceRole = Literal["at", "near", "from", "to", "reference"]
SourceType = Literal[
    "government", "military", "police", "judiciary", "legislature", "armed_group", "party", "local_official", "medical",
    "rescue", "un", "igo", "ngo", "media", "witness", "victim_or_relative", "expert", "company", "religious", "other",
    "unknown",
]  # fmt: skip
ViaKind = Literal["social_media", "agency", "broadcast", "press_conference", "statement", "phone", "other"]
ActorType = Literal[
    "state", "government_body", "person", "organization", "armed_group", "population", "media", "other",
]  # fmt: skip
PlaceLevel = Literal["facility", "settlement", "admin2", "admin1", "country", "area"]
QuantityKind = Literal["count", "money", "percent", "duration", "measure", "age"]
Comparator = Literal["=", "~", ">", ">=", "<", "<=", "range"]
Category = Literal[
    "killed", "wounded", "casualties", "missing", "captured", "detained", "abducted", "displaced", "returned", "evacuated",
    "affected", "troops", "population", "weapons", "vehicles", "buildings", "other",
]  # fmt: skip
WhoStatus = Literal[
    "civilian", "combatant", "police", "aid_worker", "medic", "journalist", "peacekeeper", "official", "unknown",
]  # fmt: skip
WhoAge = Literal["child", "adult", "unknown"]
WhoSex = Literal["female", "male", "unknown"]
Scope = Literal["new", "cumulative", "further", "unknown"]
Granularity = Literal["hour", "part_of_day", "day", "week", "month", "season", "year", "longer"]
TimeBasis = Literal["explicit", "document_date", "dateline", "event"]
LinkKind = Literal["denies", "confirms", "answers", "elaborates", "disagrees", "repeats"]
DateSource = Literal["caller", "dateline", "none"]
Warning_ = Literal["no_date", "date_conflict", "not_english", "markup", "stub", "live_blog", "correction"]

ACTS: tuple[str, ...] = get_args(Act)
EVENT_TYPES: tuple[str, ...] = get_args(EventType)
