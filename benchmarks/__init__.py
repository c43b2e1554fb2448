"""What was measured, with one command each. A package of its own, as others of this name come with opacus."""
