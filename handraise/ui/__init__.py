"""Owns: the look: base page, template parts, css, js, pattern page.
Takes: icons and htmx from their packages.
Gives: parts that every page uses.
Promises: colours by role, no inline style or script.
"""
