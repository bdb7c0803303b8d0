"""T07 and T08: facts both ways, a blind and an open look by somebody from outside, formal allegations with a bundle."""
