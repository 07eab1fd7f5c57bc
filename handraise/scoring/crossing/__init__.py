"""Owns: the exact first instant at which each lead qualifies under an agreement.
Takes: an engine, a document, a period.
Gives: one row for each lead that qualifies in it, with its scores at that instant.
Promises: no rule is said here; the compiled relations decide, bounds only spare them work.
"""

from handraise.scoring.crossing.searching import first_crossings, scores_then

__all__ = ["first_crossings", "scores_then"]
