"""Ad-hoc questions: read-only by construction, never in the way of a load."""
