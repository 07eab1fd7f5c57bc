"""Owns: what leaves the house: mails, invitations, calls of other systems' addresses.
Takes: what people and steps want said, and to whom.
Gives: what became of each, with the reason.
Promises: a row first; undone within its minute nothing has left; nothing is sent twice.
"""
