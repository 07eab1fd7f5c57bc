"""Owns: which stage moves are allowed and made.
Takes: truths of criteria, wishes of people.
Gives: moves with reasons.
Promises: every move names version, actor and reason.
"""
