"""The pages of deals: the board by stage, every deal by what was asked, one deal, the settings.

What a deal may do and what it does to its lead is decided in `handraise.deals`; these pages ask
and show.
"""
