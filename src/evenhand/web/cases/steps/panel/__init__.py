"""T09 to T12: three people drawn by lot consider it on paper, say whether it happened, and only then what follows."""
