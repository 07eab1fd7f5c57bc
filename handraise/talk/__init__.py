"""Owns: notes, mentions, questions, tasks, notifications about leads.
Takes: words of the team.
Gives: conversations beside a lead.
Promises: nothing yet.
"""
