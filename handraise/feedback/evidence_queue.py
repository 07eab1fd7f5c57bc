"""The queue of jobs that make evidence: rehearsals and previews, one after the other."""

EVIDENCE = "evidence"
