"""`python -m aural` is the same as `aural`."""

import sys

from aural.cli.main import main

sys.exit(main())
