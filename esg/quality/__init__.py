"""How good the loaded records are, and what the rejected ones could move."""
