"""Rules: the published versions of codes of conduct and of the procedure, which cases pin. Rows never change."""
