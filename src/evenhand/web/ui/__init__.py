"""What every page looks like: base template, components, style sheet, errors, safety headers. Knows no other app."""
