"""Owns: what each audience reads: pages, files, the weekly mail.
Takes: the tables of the other parts.
Gives: one page an audience, every figure as CSV and Parquet, a mail on Mondays.
Promises: a figure means the same on a page, in a file and in a mail.
"""
