"""Owns: funnel and reports.
Takes: moves and outcomes.
Gives: figures with their cohort and interval.
Promises: never compares unlike things.
"""
