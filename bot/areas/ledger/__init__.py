"""The union's hash-chained record of everything that changed."""
