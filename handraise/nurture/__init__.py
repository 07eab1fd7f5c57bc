"""Owns: journeys, messages, sends.
Takes: leads that are not ready.
Gives: patient follow-up.
Promises: nothing yet.
"""
