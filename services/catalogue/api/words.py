"""The words that answers have in a closed list."""

from typing import Annotated, Literal

from pydantic import Field

Kind = Annotated[Literal["training", "other_action"], Field(examples=["training"])]
KindLabel = Annotated[str, Field(examples=["Formation"], description="The kind in French")]
TrainingState = Literal["draft", "published", "archived"]
SessionState = Literal["scheduled", "cancelled"]
RequestState = Literal["upcoming", "open", "full", "closed", "over", "cancelled"]
Act = Annotated[
    Literal[
        "Drafted",
        "Published",
        "Revised",
        "Archived",
        "Scheduled",
        "Rescheduled",
        "Resized",
        "Cancelled",
        "Reinstated",
    ],
    Field(examples=["Rescheduled"]),
]
