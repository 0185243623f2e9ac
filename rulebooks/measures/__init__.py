"""The measures: one small module each, with definition, unit, data needs, class and exact form."""
