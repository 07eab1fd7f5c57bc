"""Owns: leads, companies, identities, facts, activities, consent, journal, merges, attention.
Takes: entries from capture and people.
Gives: what is known of a lead, as known at any instant.
Promises: append-only; merges and verdicts can be undone.
"""
