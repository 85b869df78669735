"""What holds for the whole suite."""

from hypothesis import settings

# A deadline per example measures the machine, not the code: a busy runner would turn the suite red.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
