"""The dated Danish rules as data, and pure functions over them."""
