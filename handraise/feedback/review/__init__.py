"""Owns: the evidence on a published agreement.
Takes: what leads had done when they were judged, and what came of them.
Gives: findings, each a sentence with its figure, its evidence and a change of the agreement.
Promises: never changes anything by itself; says when data do not tell.
"""
