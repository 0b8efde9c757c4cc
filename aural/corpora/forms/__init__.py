"""The forms in which people keep recordings with labels: one page each, tried in turn."""
