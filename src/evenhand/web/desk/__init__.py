"""The desk: what the officer of a compliance unit sees first. So far one page, the leads.

A lead is a post that the detector flagged. It decides nothing and opens no case; a person looks at it.
Imports: ui, record, people, sources (never cases or above).
"""
