"""Finished results → plotly figures. Each title says the finding."""
