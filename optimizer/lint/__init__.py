"""What is legal in a mandate and yet wrong, found by solving and by trying its examples."""
