"""The store: one relational schema for all that the product keeps, on SQLite or PostgreSQL.

Terms: an *address* is a database URL; a row is *in force* from a day until a day and *known* from the
moment it was recorded until the moment it was superseded. Nothing is changed in place.

    with open_store("sqlite:///firm.db") as store, store.reading() as session:
        records = facts_of(session, as_of=date(2026, 3, 10), known=moment)

A cap of 5% recorded in January and corrected to 4% on 3 March are two rows: asked for what was known on
2 March the store answers 5%, asked today 4%. `docs/store.md` lists tables, functions and queries.
"""
