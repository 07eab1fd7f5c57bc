"""Owns: the order of it all: advance, worker loops, jobs.
Takes: attention rows.
Gives: leads moved on.
Promises: safe to run twice, late, or for everybody.
"""
