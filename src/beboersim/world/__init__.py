"""The state of a town in columns: persons, households, dwellings and areas, and how they are first drawn."""
