"""What is known about items and people beside the ratings."""
