"""The pages: each view gets its object through a door, calls one verb, renders."""
