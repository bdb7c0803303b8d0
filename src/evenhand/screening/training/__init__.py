"""Training the detector: needs the [train] extra; never imported to run it."""
