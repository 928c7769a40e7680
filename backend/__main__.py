"""`python -m backend ...` is the command `posewright ...`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
