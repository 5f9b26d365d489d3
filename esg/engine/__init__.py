"""Running SQL; ``duck`` alone imports duckdb, and knows nothing of what it means."""
