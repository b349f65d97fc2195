"""Networks that train well out of the box, a module to each."""
