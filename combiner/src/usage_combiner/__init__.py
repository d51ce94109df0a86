"""Bundles → one combined file and its reports for each day, month and all time, inside AWS."""
