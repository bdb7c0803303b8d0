"""T06: allegations under a rule of that day, the support for them, and the opening with N3 and N3c."""
