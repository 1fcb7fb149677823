"""annotations -> claims: knows `annotate.layer` and the schema, not the components."""
