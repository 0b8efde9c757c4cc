"""From learned frames to the answer of a question: one page for each thing that is asked over."""
