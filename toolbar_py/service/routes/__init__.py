"""The HTTP interface, one module per noun (contract section 5)."""
