"""Pages: the help form for customers, the console for staff."""
