"""Cases: from a report to a closed case, each step a verb with its guard, form and page in `steps/`."""
