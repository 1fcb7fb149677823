"""Programs that run in the peers' environments: JSON lines in, JSON lines out; they import nothing of this project but `protocol`."""
