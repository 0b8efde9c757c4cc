"""Ways to cut text into the units of a recognizer: one file each."""
