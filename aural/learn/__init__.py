"""Training: from recordings and a question to a model folder that every verb can open. Needs the extra train."""
