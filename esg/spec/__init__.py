"""What the files declare, as frozen values: contracts, indicators, rules, reports.

Nothing here runs a query. A declaration that exists has been checked; a file that is
wrong raises one ``ContentError`` that names all its faults.
"""
