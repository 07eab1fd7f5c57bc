"""Owns: write keys, the inbox of raw messages, drops, imports.
Takes: calls of tracking clients, files.
Gives: entries to leads.
Promises: an acknowledged message is never lost and never counted twice.
"""
