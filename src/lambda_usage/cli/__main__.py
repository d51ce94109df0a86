"""``python -m lambda_usage.cli``."""

import sys

from lambda_usage.cli.main import main

sys.exit(main())
