"""Known corpora, one page each: where they lie, their licence, what is kept back, and their files as rows."""
