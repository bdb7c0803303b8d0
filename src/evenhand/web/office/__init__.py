"""The office: what each part of the house sees first, who stands in for whom, and wave files.

It decides nothing in a case. Pages show metadata of cases and lead to their steps; no text of a case is opened here.
Imports: everything to its left, up to cases and desk.
"""
