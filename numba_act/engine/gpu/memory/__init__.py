"""Arrays: of which library, where they lie, how their elements are found, and what is checked of them."""
