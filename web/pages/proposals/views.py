"""What the templates of proposals get: every text ready to print, or the name of a text in the template."""

from dataclasses import dataclass

from web.client.identity import Me
from web.client.proposals import Proposal
from web.dates import Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCard:
    """A proposal; `kind` and `state` name their words. `waits_for_reader`: the reader consents or declines."""

    id: str
    url: str
    kind: str
    state: str
    is_own: bool
    waits_for_reader: bool
    person: str
    structure: str
    title: str
    place: str
    begins: str
    session_id: str
    before: str | None
    reason: str
    motivation: str
    by: str
    proposed: str
    until: str
    answered: str | None
    answer: str | None
    request_url: str | None


def proposal_card(proposal: Proposal, dates: Dates, me: Me | None) -> ProposalCard:
    person, by, before = proposal.person, proposal.proposed_by, proposal.from_session
    is_own = me is not None and me.id == person.id
    return ProposalCard(
        id=str(proposal.id),
        url=f"/propositions/{proposal.id}",
        kind=proposal.kind,
        state=proposal.state,
        is_own=is_own,
        waits_for_reader=is_own and proposal.state == "open",
        person=f"{person.first_name} {person.last_name}",
        structure=proposal.structure.name,
        title=proposal.session.title,
        place=proposal.session.place,
        begins=dates.moment(proposal.session.starts_at),
        session_id=str(proposal.session.id),
        before=f"{dates.moment(before.starts_at)}, {before.place}" if before else None,
        reason=proposal.reason,
        motivation=proposal.motivation or "",
        by=f"{by.first_name} {by.last_name}",
        proposed=dates.short_day(proposal.proposed_at),
        until=dates.moment(proposal.expires_at),
        answered=dates.short_day(proposal.answered_at) if proposal.answered_at else None,
        answer=proposal.answer_reason,
        request_url=f"/demandes/{proposal.enrollment_id}" if proposal.enrollment_id else None,
    )
