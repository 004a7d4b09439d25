"""The two ways in which something may fail without being a defect."""


class Refused(Exception):  # noqa: N818 - reads as the rule it states
    """A rule said no. The message is shown to the person; the code is for programs."""

    def __init__(self, message: str, code: str = "refused") -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code


class DeliveryError(Exception):
    """The wire failed; `permanent` says whether trying again can help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
