"""From source files to the warehouse: read, map, validate, quarantine, store."""
