"""Reports made from a book and its decision log: what is gathered, which report, in which print."""
