"""The files of a book and of a trade list, read into facts."""
