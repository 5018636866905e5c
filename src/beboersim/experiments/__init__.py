"""Runs and what is made of them: repeated, paired, compared, stored."""
