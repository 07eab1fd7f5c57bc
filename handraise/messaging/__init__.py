"""Owns: messages to many and their versions: MJML and Liquid, checked and rendered.
Takes: words of marketing, key messages, what is known of leads.
Gives: a subject, an HTML part and a plain one for each lead.
Promises: a name that is not known is told to the author; nothing half-rendered is sent.
"""
