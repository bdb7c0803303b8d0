"""Figures in public: counted from the rows, disclosure-controlled, published once, recomputable for ever.

period → counting (exact) → reports (public document) → publishing (stored, recorded) → page (words, drawing)
"""
