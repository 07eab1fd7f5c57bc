"""Owns: the document, its versions, signatures, lists.
Takes: a YAML text and two signatures.
Gives: the one published version.
Promises: nothing holds that both sides have not signed.
"""
