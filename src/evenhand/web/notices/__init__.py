"""Letters: what each must say, how it looks, that it was sent, and whether it arrived. Knows no case, only its id."""
