"""Owns: one row a lead that tells how far it came, by when, and where it came from.
Takes: moves, acceptances, facts, the first activity.
Gives: the table that every report reads, and the instant as of which it holds.
Promises: never stale without saying so.
"""
