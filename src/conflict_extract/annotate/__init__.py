"""Doc -> annotations: one spaCy component a file, in pipeline order."""

COMPONENTS = (
    "conflict_frame",
    "conflict_encoder",
    "conflict_actors",
    "conflict_places",
    "conflict_counts",
    "conflict_money",
    "conflict_times",
    "conflict_attribution",
    "conflict_coreference",
    "conflict_modality",
    "conflict_events",
)
