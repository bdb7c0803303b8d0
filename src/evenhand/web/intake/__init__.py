"""The door for whoever wants to tell us something: report, and follow the report. Views only; the verbs are cases'."""
