"""The parts of a verification: documents against leaves, openings, sealed texts, reads, and one snapshot for all."""
