"""Owns: the outside world, one folder each.
Takes: other systems' calls.
Gives: their data in our words.
Promises: nothing yet.
"""
