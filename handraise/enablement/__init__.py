"""Owns: assets, scripts, key messages, playbooks.
Takes: content of the team.
Gives: what helps to sell.
Promises: nothing yet.
"""
