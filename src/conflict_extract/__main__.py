"""`python -m conflict_extract` is the command `conflict-extract`."""

from conflict_extract.deliver.cli import main

if __name__ == "__main__":
    main()
