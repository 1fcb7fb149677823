"""claims -> world: command line, files, service, page."""
