"""Owns: which stage moves are allowed and made; frameworks of questions, and their answers.
Takes: truths of criteria, wishes of people, what they found out.
Gives: moves with reasons, how each question stands, what SQL still lacks.
Promises: every move names version, actor and reason; every answer rests on evidence.
"""
