"""Decoders that write one unit after the other, one a file (see aural/nets/face.py)."""
