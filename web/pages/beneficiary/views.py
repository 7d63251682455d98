"""What the templates of the cart and of one's own requests get: every text ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from web.client.enrollment import Cart, CartLine, CartOfStructure, Counts, Verdict
from web.dates import Dates, Day

GROUPS: Final = {"suivies": "followed", "demandees": "requested", "refusees": "refused", "annulees": "cancelled"}
"""The four lists, under the names that they have in the address."""
FIRST: Final = "demandees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A session in the cart. `blocking` are sentences that forbid the request, `others` those to know."""

    id: str
    title: str
    url: str
    days: Sequence[Day]
    place: str
    trainers: str
    free: int
    queued: int
    motivation: str
    blocking: Sequence[str]
    warnings: Sequence[str]
    passed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureChoice:
    """A structure for which the requests can be made."""

    id: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CartView:
    """The cart as it is for the chosen structure; `structure_id` is None for a person who is beneficiary of none."""

    lines: Sequence[Line]
    structures: Sequence[StructureChoice]
    structure_id: str | None
    possible: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One of the four lists with its count; `name` tells the template its words."""

    name: str
    url: str
    count: int
    more: bool
    is_chosen: bool


def cart_view(cart: Cart, wanted: str, dates: Dates) -> CartView:
    named = [each for each in cart.structures if each.structure is not None]
    chosen = next((each for each in named if str(_id(each)) == wanted), named[0] if named else None)
    verdicts = {each.session_id: each for each in (chosen or (*cart.structures, None)[0] or _NONE).lines}
    lines = [
        _line(line, verdicts[line.session_id].verdicts if line.session_id in verdicts else (), dates)
        for line in cart.lines
    ]
    return CartView(
        lines=lines,
        structures=[
            StructureChoice(id=str(_id(each)), name=each.structure.name, is_chosen=each is chosen)
            for each in named
            if each.structure
        ],
        structure_id=_id(chosen) if chosen else None,
        possible=[line.id for line in lines if chosen and not line.blocking],
    )


def tabs(counts: Counts, chosen: str) -> list[Tab]:
    """The four lists."""
    return [
        Tab(
            name=group,
            url=f"/demandes?liste={name}",
            count=counts.groups[group].count,
            more=counts.groups[group].more,
            is_chosen=name == chosen,
        )
        for name, group in GROUPS.items()
    ]


_NONE: Final = CartOfStructure(structure=None, lines=[])


def _id(cart: CartOfStructure) -> str | None:
    return str(cart.structure.id) if cart.structure else None


def _line(line: CartLine, verdicts: Sequence[Verdict], dates: Dates) -> Line:
    return Line(
        id=str(line.session_id),
        title=line.title,
        url=f"/formations/{line.training_id}#session-{line.session_id}",
        days=dates.days(line.slots),
        place=line.place,
        trainers=", ".join(f"{each.first_name} {each.last_name}" for each in line.trainers),
        free=line.free,
        queued=line.queued,
        motivation=line.motivation or "",
        blocking=[each.sentence for each in verdicts if not each.passed and each.blocks],
        warnings=[each.sentence for each in verdicts if not each.passed and not each.blocks],
        passed=[each.sentence for each in verdicts if each.passed],
    )
