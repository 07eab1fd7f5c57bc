"""Owns: sends: one message to one lead, its guards, its links, what became of it.
Takes: what journeys and forms want sent, and when.
Gives: mails at the servers, skipped sends with their reason.
Promises: never twice, never lost; nobody is pushed.
"""
