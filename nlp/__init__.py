"""Text in, findings out: what a good coach would mark in a call.

Nothing is imported here, so that the types (nlp.findings) cost no spaCy. Start at nlp.analyse.
"""
