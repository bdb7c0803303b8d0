"""What the pages of cases show, as plain data with words a person reads."""
