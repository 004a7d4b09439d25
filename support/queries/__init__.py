"""Tickets as a person may read them."""
