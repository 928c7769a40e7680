"""What can go wrong, as a tree. Every error says what happened, and `hint` says the next step.

PosewrightError
├── BadInput              the request cannot be served as it is            (HTTP 422, CLI exit 2)
│   ├── BadProgram        a posecode program that breaks the schema
│   └── BadFile           a file that is not what it should be
├── NotAvailable          an engine or tier that is not installed          (HTTP 409, CLI exit 3)
├── Cancelled             the caller asked to stop                         (HTTP 409, CLI exit 130)
├── Refused               wrong token, foreign host, wrong protocol        (HTTP 401, 403, 426)
└── Broken                our own fault; the log has the details           (HTTP 500, CLI exit 1)
"""

from __future__ import annotations

from rigs.wire import Failure, WireError


class PosewrightError(Exception):
    """Base of all errors that a user may see. `code` is stable; `message` is what happened; `hint` the next step."""

    code = "error"
    http_status = 500
    exit_status = 1

    def __init__(self, message: str, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code

    def to_failure(self, request_id: str = "") -> Failure:
        return Failure(self.code, self.message, self.hint, request_id)


class BadInput(PosewrightError):
    code = "bad_input"
    http_status = 422
    exit_status = 2

    @classmethod
    def from_wire(cls, error: WireError) -> BadInput:
        return cls(str(error), "correct the field named and send it again", "bad_request")


class BadProgram(BadInput):
    code = "bad_program"


class BadFile(BadInput):
    code = "bad_file"


class NotAvailable(PosewrightError):
    code = "not_available"
    http_status = 409
    exit_status = 3


class Cancelled(PosewrightError):
    code = "cancelled"
    http_status = 409
    exit_status = 130


class Refused(PosewrightError):
    code = "refused"
    http_status = 403
    exit_status = 1

    def __init__(self, message: str, hint: str = "", code: str | None = None, http_status: int = 403) -> None:
        super().__init__(message, hint, code)
        self.http_status = http_status


class Broken(PosewrightError):
    code = "internal"
