"""How something is learned: one method a page, all of which end in the same model folder."""
