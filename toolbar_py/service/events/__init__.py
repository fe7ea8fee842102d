"""The operators' event streams: from a commit to the bytes on the wire (contract section 4)."""
