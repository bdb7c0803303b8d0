"""Who may do what: sign-in, roles, mandates, permissions. Knows `record` and `ui`, no app above."""
