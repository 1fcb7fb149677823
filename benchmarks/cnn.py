"""A spaCy pipeline of the shape of the small English CNN, untrained: the yardstick for speed.

tok2vec (hash embedding and CNN, width 96, depth 4, rows 5000/1000/2500/2500), tagger, parser, NER, attribute ruler, rule lemmatizer. Weights
are random; the work per token is that of a trained one, since the network's shape and the number of labels are.
"""

from __future__ import annotations

import random
from typing import Any

WORDS = ("the", "army", "said", "ten", "people", "were", "killed", "in", "a", "raid", "near", "Orlova", "on", "Monday", ",", ".")


def cnn_pipeline() -> Any:
    """The pipeline, initialised from made-up examples that carry all labels."""
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("en")
    embed = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 96,
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "rows": [5000, 1000, 2500, 2500],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 96,
            "depth": 4,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    nlp.add_pipe("tok2vec", config={"model": embed})
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}})
    parser = {"@architectures": "spacy.TransitionBasedParser.v2", "hidden_width": 64, "maxout_pieces": 2, "use_upper": True}
    nlp.add_pipe("parser", config={"model": {**parser, "state_type": "parser", "extra_state_tokens": False, "tok2vec": listener}})
    ruler: Any = nlp.add_pipe("attribute_ruler")
    for number in range(49):
        ruler.add(patterns=[[{"TAG": f"T{number}"}]], attrs={"POS": ("NOUN", "VERB", "ADJ", "ADV")[number % 4]})
    nlp.add_pipe("lemmatizer", config={"mode": "rule"})
    nlp.add_pipe("ner", config={"model": {**parser, "state_type": "ner", "extra_state_tokens": False, "tok2vec": embed}})
    draw = random.Random(0)
    examples = []
    for number in range(200):
        words = [draw.choice(WORDS) for _ in range(12)]
        heads = [5 if at == 5 else (at + 1 if at < 5 else at - 1) for at in range(12)]
        deps = [f"dep{(number + at) % 44}" if at != 5 else "ROOT" for at in range(12)]
        tags = [f"T{(number + at) % 49}" for at in range(12)]
        entities = ["O"] * 12
        entities[3] = f"U-E{number % 18}"
        gold = {"words": words, "heads": heads, "deps": deps, "tags": tags, "entities": entities}
        examples.append(Example.from_dict(spacy.tokens.Doc(nlp.vocab, words=words), gold))
    nlp.initialize(lambda: examples)
    return nlp
