"""Owns: assets, scripts, key messages, playbooks, what of them was used.
Takes: content of marketing and sales, conditions, what is known of leads.
Gives: what helps to sell this lead: a script with its own data, questions, collateral.
Promises: a name that is not known is shown, never left blank; nothing half-rendered is sent.
"""
