"""A draft of a journey played over the leads of the past, before anybody is written to.

The steps are those of the engine (`moving`, `gathering`), the guards those of sending; only the
clock is moved by hand, a day at a time, and nothing is done.
"""
