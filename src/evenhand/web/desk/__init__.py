"""The desk: the leads, which an officer looks at; the first screen of the day is the office's.

A lead is a post that the detector flagged. It decides nothing and opens no case; a person looks at it.
Imports: ui, record, people, sources (never cases or above).
"""
