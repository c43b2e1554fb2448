"""What generated people tell about who was learned from."""
