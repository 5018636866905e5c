"""Run the command line as ``python -m beboersim``."""

from beboersim.cli import main

if __name__ == "__main__":
    main()
