"""Owns: opens and clicks of sends, and whether a person or a machine did it.
Takes: requests of tracked links and pixels.
Gives: activities, and judgements that can be changed later.
Promises: a machine's click gives no points; a changed judgement changes the score.
"""
