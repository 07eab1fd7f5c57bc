"""The `handraise` command, one file per subject. Each command is a thin wrapper over a step's
functions: it opens the session, finds who acts, calls one action, prints what came of it.
"""
