"""Recipients: the list, the form, opt-outs and service windows."""
