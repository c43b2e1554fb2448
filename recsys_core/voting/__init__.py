"""Guests who see two lists without names and vote."""
