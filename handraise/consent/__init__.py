"""Owns: purposes and topics, confirmations of addresses, preferences, suppression.
Takes: what people agree to, by form, link or hand; who must not be written to.
Gives: who may be written to for a purpose, and why not.
Promises: decided at the moment of sending; every consent with its wording, time and way.
"""
