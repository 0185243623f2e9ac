"""One section of a report in one module: a function from the review to a `Section`."""
