"""How far an answer is from the truth: one loss a page."""
