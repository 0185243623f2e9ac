"""One mandate for each kind of rule that real mandates contain, numbered; `cases` reads them."""
