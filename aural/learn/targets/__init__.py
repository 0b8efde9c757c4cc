"""The truth of a clip as numbers: one page for each cell of the table clip | frame | sequence x class | set | number."""
