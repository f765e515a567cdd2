"""The demo: two centres with people, a set-up and a diary that was lived through, not typed in.

Sessions come about by the same actions as real ones, under a clock that walks through the past weeks: see `diary`.
"""
