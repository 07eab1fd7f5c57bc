"""Owns: touchpoints, and what share of an outcome each way of sharing gives to them.
Takes: activities that count, standings, deals.
Gives: first and last touch, linear, time-decay, position-based and Markov, side by side.
Promises: shares add up to the outcomes; says that none of them shows what caused them.
"""
