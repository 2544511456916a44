"""Merges: one ticket gone into another, found and taken back."""
