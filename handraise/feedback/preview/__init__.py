"""Who would cross the bar if a version came into force: by name, with what would become of them.

Everything is decided by what decides in earnest (scoring, `qualification.next_move`,
`handover.choose`), at one instant, under the version in force and under the one that is asked
about. Nothing is moved, offered or scored anew by it.
"""
