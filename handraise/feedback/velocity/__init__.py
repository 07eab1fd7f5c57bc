"""Owns: how fast leads go on, and where they stand still.
Takes: moves, standings, handovers and touches, open tasks and journeys.
Gives: time in and between stages, the pace of new qualified leads, who sleeps, what speed is worth.
Promises: those still waiting, and those who left by another door, are counted as what they are.
"""
