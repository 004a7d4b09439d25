"""Campaigns: who is asked, when it goes out, and what keeps it going."""
