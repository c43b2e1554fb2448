"""What a model's vectors say: maps that tell how far to trust them, neighbours, clusters, other models' spaces."""
