"""A small text classifier for objections that no pattern reaches: its sentences, what it sees, how it learns.

`python -m nlp.suggester.train` makes `weights.npz` from `sentences/` and the default playbook's own examples. Start at
nlp.suggestions; docs/suggestions.md tells the rest. The same classifier hears what reps say (`replies/`) and of which
type a call is (`calls/`).
"""
