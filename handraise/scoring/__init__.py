"""Owns: scores and contributions.
Takes: a published agreement, leads and instants.
Gives: scores with every contribution, for any instant.
Promises: one compiled definition; explained to the last decimal.
"""
