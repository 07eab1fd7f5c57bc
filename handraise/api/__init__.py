"""Owns: the REST API for programs: leads, touches, handovers.
Takes: JSON with an API key, which acts as the person who made it.
Gives: JSON; what is refused says why in a sentence.
Promises: the same doors and verbs as the pages, nothing beside them.
"""
