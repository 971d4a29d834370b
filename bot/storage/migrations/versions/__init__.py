"""One module for each change of the schema, numbered from 0001."""
