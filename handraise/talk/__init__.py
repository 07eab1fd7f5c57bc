"""Owns: notes, mentions, tasks, calendar feeds, notifications and their digests and chat posts.
Takes: words of the team; what upper steps have to tell a person.
Gives: conversations beside a lead, what is to be done by whom, one place where news wait.
Promises: the same thing never notifies a person twice; one digest a person and day at most.
"""
