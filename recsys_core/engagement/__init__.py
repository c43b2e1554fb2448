"""Who comes back, what is clicked, and what another model's lists would have been clicked."""
