"""Owns: the funnel: how far a cohort came, by what it is parted, and against another one.
Takes: standings, how long steps take to come.
Gives: conversions with intervals, their definitions, and the very leads behind each figure.
Promises: one cohort for all steps; unlike things are not compared without saying so.
"""
