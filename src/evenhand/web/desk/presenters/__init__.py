"""What the pages of the desk say, worked out in plain values: templates see these and never a table row."""
