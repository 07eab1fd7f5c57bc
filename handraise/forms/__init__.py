"""Owns: forms, their pages, what was submitted, gated content.
Takes: what marketing asks, what strangers tell.
Gives: activities, facts and consents; the content that was asked for.
Promises: never asks what is known; a submission is kept before it is thanked for.
"""
