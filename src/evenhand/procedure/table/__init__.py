"""The rows of table version 1 (PROCEDURE §2.3), in the order of the specification. Read `procedure.transitions`."""
