"""What the first screens show, in words."""
