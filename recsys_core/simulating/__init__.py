"""Clicks and returns under assumptions that are all on the table."""
