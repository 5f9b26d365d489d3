"""From declared queries to protected results: bind, run, interval, trend, protect."""
