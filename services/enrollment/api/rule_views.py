"""The answers about the rules of the agency."""

from datetime import datetime

from pydantic import Field, JsonValue

from services.enrollment.api.views import PersonView
from shared.http.views import View


class RuleFieldView(View):
    """One field of the value of a rule, for a form: its French name, unit and bounds, or its possible `choices`."""

    name: str = Field(examples=["people"])
    label: str = Field(examples=["Nombre de personnes"])
    unit: str | None = Field(examples=["personnes"])
    at_least: int | None = Field(examples=[1])
    at_most: int | None = Field(examples=[1000])
    choices: dict[str, str] | None = Field(examples=[None])


class RuleView(View):
    """A rule of the agency with its setting in force.

    Send `version` in If-Match to set the rule; it is 0 until somebody has set it, and `since` and `set_by` are null
    until then. `set_by` is for staff only. `sentence` says in French what the rule does with this setting.
    """

    name: str = Field(examples=["structure_cap"])
    title: str = Field(examples=["Places d'une structure dans une formation"])
    sentence: str = Field(examples=["Une structure a au plus 2 places dans une formation."])
    version: int = Field(examples=[0])
    enabled: bool = Field(examples=[True])
    value: dict[str, JsonValue] = Field(examples=[{"people": 2}])
    fields: list[RuleFieldView]
    since: datetime | None = None
    set_by: PersonView | None = None


class RulePreview(View):
    """What a rule would do with a setting, in French."""

    sentence: str = Field(examples=["Une structure a au plus 3 places dans une formation."])
