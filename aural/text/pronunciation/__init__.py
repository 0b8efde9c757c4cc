"""How English words sound: tables, homographs by context, endings, letters, and rules for words that nobody listed."""
