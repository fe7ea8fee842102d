"""Why a page could not be checked."""


class CheckError(Exception):
    """Something that the check needs is missing or does not work; the text says what would be right."""
