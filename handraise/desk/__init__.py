"""Owns: the pages people live in: today, leads, lead page, inbox.
Takes: everything below.
Gives: pages.
Promises: usable by keyboard, on a phone, in the dark.
"""
