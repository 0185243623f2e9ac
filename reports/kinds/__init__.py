"""The reports that a household keeps, one module each: from what was reached to one value of figures."""
