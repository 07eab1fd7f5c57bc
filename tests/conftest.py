"""Fixtures of every test."""

from hypothesis import settings

pytest_plugins = ["tests.browser", "tests.once", "tests.personas"]

# How long one example takes says more of the machine than of the code.
settings.register_profile("handraise", deadline=None)
settings.load_profile("handraise")
