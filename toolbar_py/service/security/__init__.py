"""Who may ask: the signing secret, bearer tokens and passwords."""
