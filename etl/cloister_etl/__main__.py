"""What the container runs."""

import sys

from cloister_etl.main import main

sys.exit(main())
