"""What a run says about the town: counts first, then the metrics computed from them."""
