"""T04, T04a, T04b: what was sent is assessed, item by item, blind first and open after (INV-20, INV-49)."""
