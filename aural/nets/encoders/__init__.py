"""From features over frames to learned frames: one architecture each, with its source."""
