"""The door for whoever was written to about a complaint: their side, opened by code. Views only."""
