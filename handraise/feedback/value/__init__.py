"""Owns: what customers are worth, what was won by source and by score, and what sources cost.
Takes: deals, purchases, standings, offers; costs and assumptions told by people.
Gives: tables, a currency apart from the other, each figure with its interval.
Promises: never adds two currencies, never reckons beyond what was observed without saying so.
"""
