"""What every answer has in common."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """A body that is made of a record with the same attributes: `AccountView.model_validate(account)`."""

    model_config = ConfigDict(from_attributes=True)
