"""Owns: journeys, their versions, and who is inside.
Takes: leads that are not ready.
Gives: sends wanted, tasks, facts, and a signal that the agreement may count.
Promises: each step once; nobody moves on after sales took over.
"""
