"""Learning to write: what methods with a decoder share, from the trainee to the graphs."""
