"""The web application: Django lives here and in `cli`, nowhere else. One folder per app, order in ARCHITECTURE.md."""
