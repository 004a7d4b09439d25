"""What can be asked, how an answer to it is read, and in what order: plain Python, no database."""
