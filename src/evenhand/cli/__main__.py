"""Lets `python -m evenhand.cli` run the command line."""

from evenhand.cli import main

main()
