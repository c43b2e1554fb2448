"""What was shown and what was clicked: logs with ids of their own."""
