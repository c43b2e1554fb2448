"""Generated people beside the real ones that they were learned from: likeness, drifts, copies."""
