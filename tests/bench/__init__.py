"""What the product costs beside the bare limit of the machine: `python -m tests.bench`."""
