"""Owns: opportunities, customers, value.
Takes: accepted SQLs.
Gives: what they bought.
Promises: nothing yet.
"""
