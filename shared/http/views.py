"""The base class of answers."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """An answer made from a record that has the same attributes: `AccountView.model_validate(account)`."""

    model_config = ConfigDict(from_attributes=True)
