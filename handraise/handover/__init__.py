"""Owns: offers to sales, briefs, acceptances, rejections, questions, contests.
Takes: leads that became MQL.
Gives: a person, a clock, a frozen brief.
Promises: one open handover a lead; none left in the dark.
"""
