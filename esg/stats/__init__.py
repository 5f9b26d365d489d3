"""Pure statistics: Polars expressions and series in and out, no input or output."""
