"""Owns: deals, the stages of the pipeline, why deals are lost, what customers bought.
Takes: leads that are SQL, and what people or a file of another system say of a sale.
Gives: opportunities and customers, and what each of them is worth, currency by currency.
Promises: amounts are decimals and never added across currencies; a deal is closed once.
"""
