"""What is known: areas, municipalities, national trends, and the tables they are read from."""
