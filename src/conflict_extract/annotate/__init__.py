"""Doc -> annotations: one spaCy component a file, in pipeline order."""
