"""Owns: saved lists of leads: by a condition, or fixed.
Takes: conditions in the agreement's language, leads put in by hand.
Gives: who is in a list now.
Promises: one language; a list means the same wherever it is used.
"""
