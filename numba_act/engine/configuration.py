"""`show_config`: what the package found on this machine and does with it."""
