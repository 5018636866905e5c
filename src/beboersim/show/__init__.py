"""What people see: words in Danish and English, tables, pictures."""
