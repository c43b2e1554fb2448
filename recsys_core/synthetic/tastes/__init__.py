"""What all generators that learn have in common: people have codes, and what goes along with their histories."""
