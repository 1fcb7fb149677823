"""The library beside its peers: direct quotations, quantities, dates, speed; each peer in an environment of its own."""
