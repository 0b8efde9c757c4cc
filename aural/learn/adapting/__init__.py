"""What an adaptation of a fetched recognizer is made of: texts in its own style, and the trainee."""
