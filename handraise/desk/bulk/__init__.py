"""Owns: one deed done to many leads: chosen, previewed, done in batches, undone.
Takes: leads frozen when they are chosen, and the verbs of the steps below.
Gives: what became of each lead, and why not of others.
Promises: what was previewed is what is done; each lead at most once, whatever is killed when.
"""
