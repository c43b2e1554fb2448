"""Why a model recommends something: what each part of what it knows contributes, and whether that can be trusted."""
