"""T13, T14, T17, T18: the check from outside, the reasons, what follows until it is over, the closing."""
