"""What holds for the whole suite."""

import os

from hypothesis import settings

# A deadline per example measures the machine, not the code: a busy runner would turn the suite red. A build
# tries the same examples every time; whoever works on the code tries new ones.
settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("suite")
