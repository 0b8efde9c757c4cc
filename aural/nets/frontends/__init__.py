"""From samples to features over frames, inside the graph: one page each."""
