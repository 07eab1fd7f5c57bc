"""Owns: the page of a week that the two teams read together, and the decisions they took.
Takes: the metrics of this step, questions, contests, deals.
Gives: one page a week, the same for everybody.
Promises: no figure is counted here that a report counts; a decision stays until it is done.
"""
