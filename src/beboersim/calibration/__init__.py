"""Whether the town is sound: what it does by itself, against what is published and against itself."""
