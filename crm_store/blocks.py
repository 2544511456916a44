"""Blocks and mutes of customers, and the messages held back by them."""
