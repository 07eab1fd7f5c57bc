"""Fixtures of every test."""

pytest_plugins = ["tests.browser", "tests.personas"]
