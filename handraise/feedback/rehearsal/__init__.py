"""Owns: rehearsals of drafts over history, and what they show.
Takes: a draft, a period, the first crossings of scoring, the moves and handovers of history.
Gives: volume, precision, recall, lift, who enters and leaves, and flags; as page, table, file.
Promises: unripe outcomes are left out and counted; every figure names its rows and its interval.
"""
