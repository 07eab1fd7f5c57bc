"""Owns: people, teams, roles, working hours, API keys.
Takes: sign-ins and an administrator's word.
Gives: who may do what.
Promises: every page and action asks it.
"""
