"""How the sample calls are made."""
