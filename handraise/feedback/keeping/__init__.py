"""Owns: how the two teams keep what they agreed, by team and by person.
Takes: offers, how they ended, first touches, contests, ratings, working hours.
Gives: answered in time, time to an answer, reasons with their share, what was overturned.
Promises: one definition for every page, and nobody is ranked on too little.
"""
