"""Rows of a delimited file: read, checked against what is declared, and set aside if they do not hold."""
