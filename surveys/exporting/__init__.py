"""Files of responses: how each format writes columns. Nothing here reads the database."""
