"""Owns: the learned score, a chance beside the points that a lead comes to the outcome.
Takes: leads as they were known when they were judged, and what came of them.
Gives: a chance for each open lead with its reasons, and how good it was on later leads.
Promises: only what was known then is learned from; it orders nothing unless the agreement says so.
"""
