"""What a form about a sheet shows when the service refuses it."""

from collections.abc import Mapping
from http import HTTPStatus

from web.client.errors import Refused
from web.forms import Form


def refused(form: Form, error: Refused, names: Mapping[str, str] | None = None) -> tuple[Form, int]:
    """The form with what is wrong, and the status. Raises the error again if its place is not in the form."""
    typed = Form({"reason": "", **form.values}, key=form.key)
    problem = error.problem
    if problem.kind == "reason-missing":
        return Form(typed.values, {"reason": problem.detail}, key=form.key), problem.status
    if problem.status == HTTPStatus.CONFLICT:
        return Form(typed.values, {}, problem.detail, form.key), problem.status
    if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return typed.refused(error, names), problem.status
    raise error
