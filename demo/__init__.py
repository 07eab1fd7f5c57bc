"""A seeded year of an invented company, Tideline, that sells route planning to carriers.

Owns: invented people, companies and behaviour. Takes: an instant and a seed.
Gives: a lived-in installation.
Promises: the same seed gives the same year, relative to the instant.
"""
