"""Owns: frameworks of questions: those shipped, and the installation's own.
Takes: YAML texts, and who changes them.
Gives: questions with what counts as answered, and how long an answer stays true.
Promises: a shipped framework is never changed; no question goes that an agreement needs.
"""
