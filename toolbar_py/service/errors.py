"""What keeps the program from working and is not its own fault."""


class SetupError(Exception):
    """A folder, port, file or database is not as it should be; the message is one line for the person who runs us."""
