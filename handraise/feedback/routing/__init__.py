"""Owns: rehearsals of routes, and what they show.
Takes: a draft, a period, who became MQL in it, how people answered, the one choice of a person.
Gives: load, turns, waits, clocks and who would starve or be flooded, beside the version in force.
Promises: nothing is offered, no turn is used up; every assumption stands beside the figures.
"""
