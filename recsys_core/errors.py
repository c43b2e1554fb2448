"""Errors meant for people. Every message says what was found, what was wanted and what to do next.

    StudioError
    ├── DataError       a file, table or data set cannot be used as it is
    ├── ConfigError     a setting is unknown, out of bounds or contradicts another one
    ├── ContentError    words or pictures of items cannot be read
    ├── SplitError      a data set cannot be split as asked
    ├── ModelError      a model cannot learn from, or answer about, what it was given
    │   └── AbilityError    the model was asked for something that it does not declare
    ├── StoreError      the workspace does not hold, or cannot write, what was asked for
    └── JobError        background work cannot be started, stopped or resumed
Anything else that is raised is a bug.
"""


def visible(text: str) -> str:
    """Text on one line in which nothing is hidden: what cannot be printed is written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)


class StudioError(Exception):
    """An expected failure.

    Args:
        message: what was found and what was wanted, in one or two sentences.
        fix: the next step for the person who reads it.
        code: a short stable name for scripts, such as ``"no-rating-column"``.
    """

    code = "error"

    def __init__(self, message: str, fix: str = "", code: str = "") -> None:
        self.message, self.fix = visible(message), visible(fix)
        super().__init__(self.message)
        self.code = code or self.code

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()

    def as_dict(self) -> dict[str, str]:
        """The error as the shell prints it under ``--json``."""
        return {"code": self.code, "message": self.message, "fix": self.fix}


def what_happened(error: BaseException) -> str:
    """Any failure of background work in one or two sentences for people."""
    if isinstance(error, StudioError):
        return str(error)
    # Torch says by words alone that it got no memory.
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "allocate memory" in str(error)):
        return "The machine's memory did not suffice. Choose a smaller embedding size or batch, or fewer ratings."
    return f"Foretaste made a mistake ({type(error).__name__}). The log has the details."


class DataError(StudioError):
    code = "data"


class ConfigError(StudioError):
    code = "config"


class ContentError(StudioError):
    code = "content"


class SplitError(StudioError):
    code = "split"


class ModelError(StudioError):
    code = "model"


class AbilityError(ModelError):
    code = "ability"


class StoreError(StudioError):
    code = "store"


class JobError(StudioError):
    code = "job"
