"""Owns: what both sides plan with, against what came.
Takes: the targets of the agreements in force, the standings.
Gives: each month's target and figure, and how the running month may end.
Promises: a forecast never comes without its interval.
"""
