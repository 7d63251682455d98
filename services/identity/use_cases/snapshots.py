"""What events say of identity's aggregates."""

from services.identity.domain.accounts import Account
from services.identity.domain.attachments import Attachment
from services.identity.domain.structures import Structure, StructureRequest
from shared.contracts.identity import AccountSnapshot, AttachmentSnapshot, StructureRequestSnapshot, StructureSnapshot


def of_account(account: Account) -> AccountSnapshot:
    """The account as others know it."""
    return AccountSnapshot(
        id=account.id,
        version=account.version,
        first_name=account.first_name,
        last_name=account.last_name,
        email=account.email,
        civility=account.civility,
        is_staff=account.is_staff,
        disabled=account.disabled,
    )


def of_structure(structure: Structure) -> StructureSnapshot:
    """The structure as others know it."""
    return StructureSnapshot(
        id=structure.id,
        version=structure.version,
        name=structure.name,
        siret=structure.siret,
        town=structure.town,
        is_member=structure.is_member,
    )


def of_attachment(attachment: Attachment) -> AttachmentSnapshot:
    """The attachment as others know it."""
    return AttachmentSnapshot(
        id=attachment.id,
        version=attachment.version,
        account_id=attachment.account_id,
        structure_id=attachment.structure_id,
        state=attachment.state.value,
        statuses=tuple(status.value for status in attachment.statuses),
    )


def of_request(request: StructureRequest) -> StructureRequestSnapshot:
    """The request for a structure as others know it."""
    return StructureRequestSnapshot(
        id=request.id,
        version=request.version,
        name=request.name,
        siret=request.siret,
        town=request.town,
        contact_name=request.contact_name,
        contact_email=request.contact_email,
    )
