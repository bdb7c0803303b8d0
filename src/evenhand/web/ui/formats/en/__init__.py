"""English as it is written in Britain and Ireland."""
