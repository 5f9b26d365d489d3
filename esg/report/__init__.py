"""From protected results to documents: model, charts, HTML, PDF, JSON.

A report sees results and declarations, never a connection.
"""
