"""The training loop, its events and its checkpoints. It knows no model by name."""
