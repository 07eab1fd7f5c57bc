"""Owns: the forms by which a draft of the agreement is changed, part by part.
Takes: a draft's text, what people type, and what occurs in this installation.
Gives: a new text of the draft, through the agreement's own verbs.
Promises: what is not touched stays as it was written; faults are those of the reader.
"""
