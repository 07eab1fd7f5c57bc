"""How PostgreSQL plans while it runs a compiled agreement."""

# What is set for the rest of the transaction. Compiling to machine code costs more than it saves
# here; pages come from memory or from a solid-state disk; for a few leads the plan is kept, as
# planning (10 ms) takes longer than running (1 ms); for many it must know how many they are.
# Joins run in the order they are written in (leads, their identities, what hangs on these): left
# free, PostgreSQL pairs every moment with every fact when its statistics are older than a flood.
SETTINGS = (
    "SELECT set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true),"
    " set_config('work_mem', '64MB', true), set_config('plan_cache_mode', %s, true),"
    " set_config('join_collapse_limit', '1', true), set_config('from_collapse_limit', '1', true)"
)
# Other statements of the transaction are written for a planner that may choose.
FREE = (
    "SELECT set_config('join_collapse_limit', '8', true),"
    " set_config('from_collapse_limit', '8', true)"
)
