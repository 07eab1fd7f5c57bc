"""Owns: small pure helpers: text folding, durations, working time, ids.
Takes: plain values.
Gives: plain values.
Promises: imports no Django, holds no state.
"""
