"""Prints of one report: the same value as a page, a PDF, a workbook and plain data."""
