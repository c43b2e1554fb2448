"""The workspace on disk, and background work."""
