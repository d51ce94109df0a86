"""Reports: one small renderer for each form."""
