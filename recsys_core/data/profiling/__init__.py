"""A data set in figures, and what they mean."""
