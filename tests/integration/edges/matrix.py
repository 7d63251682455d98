"""The access table: the status that each endpoint of each service gives to each kind of person.

`{name=target}` in a path names the object of the call: see `calls.target`. An object that a person may not see is 404,
for visitors 401. Each status is that of a call with a valid body (`calls.BODIES`). Every call is rolled back, so that
the next one finds the same data.
"""

from typing import Final

# fmt: off
PEOPLE: Final = (
    "visitor",             # who
    "own",                 # own  the beneficiary whose request it is
    "colleague",           # col  another beneficiary of the same structure
    "employer",            # emp  of the structure
    "employer elsewhere",  # em2
    "referent",            # ref  of the structure
    "referent elsewhere",  # re2
    "trainer",             # tra  of the session
    "trainer elsewhere",   # tr2
    "staff",               # sta
)
# fmt: on

IDENTITY: Final = """
                                                                      who  own  col  emp  em2  ref  re2  tra  tr2  sta
GET    /jwks.json                                                     200  200  200  200  200  200  200  200  200  200
POST   /registrations                                                 202  202  202  202  202  202  202  202  202  202
POST   /address-proofs                                                410  410  410  410  410  410  410  410  410  410
POST   /password-resets                                               202  202  202  202  202  202  202  202  202  202
POST   /password-resets/confirmation                                  410  410  410  410  410  410  410  410  410  410
POST   /tokens                                                        200  200  200  200  200  200  200  200  200  200
POST   /tokens/refresh                                                401  401  401  401  401  401  401  401  401  401
POST   /tokens/revocation                                             204  204  204  204  204  204  204  204  204  204
GET    /me                                                            401  200  200  200  200  200  200  200  200  200
PATCH  /me                                                            401  200  200  200  200  200  200  200  200  200
POST   /me/password                                                   401  422  422  422  422  422  422  422  422  422
POST   /me/address-change                                             401  422  422  422  422  422  422  422  422  422
POST   /me/address-change/confirmation                                401  410  410  410  410  410  410  410  410  410
GET    /me/second-factor                                              401  200  200  200  200  200  200  200  200  200
POST   /me/second-factor                                              401  201  201  201  201  201  201  201  201  201
POST   /me/second-factor/confirmation                                 401  409  409  409  409  409  409  409  409  409
GET    /me/sessions                                                   401  200  200  200  200  200  200  200  200  200
DELETE /me/sessions                                                   401  204  204  204  204  204  204  204  204  204
DELETE /me/sessions/{session_id=own}                                  401  204  404  404  404  404  404  404  404  404
GET    /structures                                                    200  200  200  200  200  200  200  200  200  200
POST   /structures                                                    401  404  404  404  404  404  404  404  404  201
GET    /structures/overview                                          401  404  404  404  404  404  404  404  404  200
GET    /structures/overview/export                                   401  404  404  404  404  404  404  404  404  200
GET    /structures/{structure_id=own}/overview                       401  404  404  404  404  404  404  404  404  200
GET    /structures/{structure_id=own}/history                        401  404  404  404  404  404  404  404  404  200
GET    /figures                                                      401  404  404  404  404  404  404  404  404  200
GET    /structures/{structure_id=own}                                 200  200  200  200  200  200  200  200  200  200
PATCH  /structures/{structure_id=own}                                 401  404  404  404  404  404  404  404  404  200
POST   /structures/{structure_id=own}/closure                         401  404  404  404  404  404  404  404  404  200
POST   /structures/{structure_id=own}/merger                          401  404  404  404  404  404  404  404  404  200
POST   /structures/{structure_id=own}/reopening                       401  404  404  404  404  404  404  404  404  409
POST   /structures/{structure_id=own}/change-reports                  401  404  404  404  404  201  404  404  404  404
POST   /structure-requests                                            202  202  202  202  202  202  202  202  202  202
GET    /structure-requests                                            401  404  404  404  404  404  404  404  404  200
GET    /structure-requests/{request_id=waiting}                      401  404  404  404  404  404  404  404  404  200
POST   /structure-requests/{request_id=waiting}/acceptance            401  404  404  404  404  404  404  404  404  201
POST   /structure-requests/{request_id=waiting}/refusal               401  404  404  404  404  404  404  404  404  200
POST   /structure-invitations                                         410  410  410  410  410  410  410  410  410  410
GET    /change-reports                                                401  200  200  200  200  200  200  200  200  200
GET    /change-reports/{report_id=waiting}                           401  404  404  404  404  200  404  404  404  200
POST   /change-reports/{report_id=waiting}/closure                    401  404  404  404  404  404  404  404  404  200
POST   /attachments                                                   401  201  201  201  201  201  201  201  201  201
GET    /attachments                                                   401  200  200  200  200  200  200  200  200  200
GET    /attachments/export                                           401  200  200  200  200  200  200  200  200  200
GET    /attachments/{attachment_id=own}                               401  200  404  404  404  200  404  404  404  200
POST   /attachments/{attachment_id=waiting}/confirmation              401  404  404  404  404  200  404  404  404  200
POST   /attachments/{attachment_id=first}/first-user-confirmation     401  404  404  404  404  404  409  404  404  200
POST   /attachments/{attachment_id=first}/first-user-removal          401  404  404  404  404  404  404  404  404  200
POST   /attachments/{attachment_id=waiting}/refusal                   401  404  404  404  404  200  404  404  404  200
PUT    /attachments/{attachment_id=own}/statuses                      401  404  404  404  404  200  404  404  404  200
POST   /attachments/{attachment_id=own}/end                           401  404  404  404  404  200  404  404  404  200
POST   /attachments/{attachment_id=own}/departure                     401  200  404  404  404  404  404  404  404  404
POST   /attachments/{attachment_id=own}/withdrawal                    401  409  404  404  404  404  404  404  404  404
GET    /accounts                                                      401  404  404  404  404  404  404  404  404  200
GET    /accounts/export                                              401  404  404  404  404  404  404  404  404  200
POST   /accounts                                                      401  404  404  404  404  404  404  404  404  201
GET    /accounts/{account_id=own}                                     401  404  404  404  404  404  404  404  404  200
PATCH  /accounts/{account_id=own}                                     401  404  404  404  404  404  404  404  404  200
POST   /accounts/{account_id=invited}/invitation                      401  404  404  404  404  404  404  404  404  202
DELETE /accounts/{account_id=protected}/second-factor                 401  404  404  404  404  404  404  404  404  204
DELETE /accounts/{account_id=own}/sessions                            401  404  404  404  404  404  404  404  404  204
GET    /me/data                                                       401  200  200  200  200  200  200  200  200  200
POST   /me/erasure                                                    401  422  422  422  422  422  422  422  422  422
GET    /me/erasure                                                    401  404  404  404  404  404  404  404  404  404
POST   /accounts/{account_id=own}/erasure                             401  404  404  404  404  404  404  404  404  202
GET    /accounts/{account_id=erased}/erasure                          401  404  404  404  404  404  404  404  404  200
GET    /erasures                                                      401  404  404  404  404  404  404  404  404  200
GET    /security-events                                               401  404  404  404  404  404  404  404  404  200
GET    /deliveries                                                    401  404  404  404  404  404  404  404  404  200
POST   /deliveries/replay                                             401  404  404  404  404  404  404  404  404  200
GET    /deliveries/{number=parked}                                    401  404  404  404  404  404  404  404  404  200
POST   /deliveries/{number=parked}/replay                             401  404  404  404  404  404  404  404  404  200
POST   /deliveries/{number=parked}/drop                               401  404  404  404  404  404  404  404  404  204
"""

CATALOGUE: Final = """
                                                                      who  own  col  emp  em2  ref  re2  tra  tr2  sta
GET    /axes                                                          200  200  200  200  200  200  200  200  200  200
POST   /axes                                                          401  404  404  404  404  404  404  404  404  201
GET    /axes/{axis_id=ours}                                           200  200  200  200  200  200  200  200  200  200
PATCH  /axes/{axis_id=ours}                                           401  404  404  404  404  404  404  404  404  200
DELETE /axes/{axis_id=ours}                                           401  404  404  404  404  404  404  404  404  409
GET    /trainings                                                     200  200  200  200  200  200  200  200  200  200
GET    /trainings/export                                              401  404  404  404  404  404  404  404  404  200
POST   /trainings                                                     401  404  404  404  404  404  404  404  404  201
GET    /trainings/{training_id=published}                             200  200  200  200  200  200  200  200  200  200
GET    /trainings/{training_id=draft}                                 404  404  404  404  404  404  404  404  404  200
GET    /trainings/{training_id=archived}                              404  200  200  200  200  200  200  200  200  200
GET    /trainings/{training_id=published}/history                     401  404  404  404  404  404  404  404  404  200
PATCH  /trainings/{training_id=published}                             401  404  404  404  404  404  404  404  404  200
POST   /trainings/{training_id=draft}/publication                     401  404  404  404  404  404  404  404  404  200
POST   /trainings/{training_id=published}/archival                    401  404  404  404  404  404  404  404  404  200
DELETE /trainings/{training_id=draft}                                 401  404  404  404  404  404  404  404  404  204
GET    /me/data                                                       401  200  200  200  200  200  200  200  200  200
GET    /trainers                                                      401  404  404  404  404  404  404  404  404  200
GET    /sessions                                                      200  200  200  200  200  200  200  200  200  200
GET    /sessions/export                                               401  404  404  404  404  404  404  404  404  200
POST   /sessions                                                      401  404  404  404  404  404  404  404  404  201
POST   /sessions/slots-preview                                        401  404  404  404  404  404  404  404  404  200
POST   /sessions/{session_id=future}/copy                             401  404  404  404  404  404  404  404  404  201
GET    /sessions/{session_id=future}/history                          401  404  404  404  404  404  404  404  404  200
GET    /sessions/{session_id=archived}                                404  200  200  200  200  200  200  200  200  200
GET    /sessions/{session_id=future}                                  200  200  200  200  200  200  200  200  200  200
PATCH  /sessions/{session_id=future}                                  401  404  404  404  404  404  404  404  404  200
PUT    /sessions/{session_id=future}/capacity                         401  404  404  404  404  404  404  404  404  200
POST   /sessions/{session_id=future}/cancellation                     401  404  404  404  404  404  404  404  404  200
POST   /sessions/{session_id=cancelled}/reinstatement                 401  404  404  404  404  404  404  404  404  200
GET    /deliveries                                                    401  404  404  404  404  404  404  404  404  200
POST   /deliveries/replay                                             401  404  404  404  404  404  404  404  404  200
GET    /deliveries/{number=parked}                                    401  404  404  404  404  404  404  404  404  200
POST   /deliveries/{number=parked}/replay                             401  404  404  404  404  404  404  404  404  200
POST   /deliveries/{number=parked}/drop                               401  404  404  404  404  404  404  404  404  204
"""

ENROLLMENT: Final = """
                                                                      who  own  col  emp  em2  ref  re2  tra  tr2  sta
GET    /cart                                                          401  200  200  200  200  200  200  200  200  200
PUT    /cart/sessions/{session_id=other}                              401  204  204  204  204  204  204  204  204  204
DELETE /cart/sessions/{session_id=other}                              401  204  204  204  204  204  204  204  204  204
PUT    /cart/lines/{session_id=other}/motivation                      401  204  204  404  404  404  404  404  404  404
POST   /cart/validation                                               401  422  201  422  422  422  422  422  422  422
GET    /eligibility                                                   401  200  200  200  200  200  200  200  200  200
POST   /eligibility                                                   401  200  200  200  200  200  200  200  200  200
GET    /me/data                                                       401  200  200  200  200  200  200  200  200  200
GET    /me                                                            401  200  200  200  200  200  200  200  200  200
GET    /figures                                                       401  404  404  404  404  404  404  404  404  200
GET    /enrollments                                                   401  200  200  200  200  200  200  200  200  200
GET    /enrollments/counts                                            401  200  200  200  200  200  200  200  200  200
GET    /enrollments/export                                            401  200  200  200  200  200  200  200  200  200
GET    /enrollments/{enrollment_id=waiting}                           401  200  404  200  404  200  404  200  404  200
GET    /enrollments/{enrollment_id=asked}                             401  200  404  200  404  200  404  200  404  200
GET    /enrollments/{enrollment_id=asked}/history                     401  200  404  200  404  200  404  200  404  200
POST   /enrollments/{enrollment_id=waiting}/acceptance                401  404  404  200  404  404  404  404  404  200
POST   /enrollments/{enrollment_id=waiting}/refusal                   401  404  404  200  404  404  404  404  404  200
POST   /enrollments/{enrollment_id=accepted}/agreement-withdrawal     401  404  404  200  404  404  404  404  404  200
POST   /enrollments/{enrollment_id=accepted}/validation               401  404  404  404  404  404  404  200  404  200
POST   /enrollments/{enrollment_id=accepted}/decline                  401  404  404  404  404  404  404  200  404  200
POST   /enrollments/{enrollment_id=accepted}/question                 401  404  404  404  404  404  404  200  404  200
POST   /enrollments/{enrollment_id=asked}/answer                      401  200  404  404  404  404  404  404  404  404
POST   /enrollments/{enrollment_id=accepted}/withdrawal               401  200  404  200  404  404  404  404  404  200
POST   /enrollments/{enrollment_id=past}/abandonment                  401  200  404  200  404  404  404  200  404  200
POST   /enrollments/{enrollment_id=accepted}/undo                     401  404  404  200  404  404  404  409  404  409
POST   /enrollments/{enrollment_id=refused}/reopening                 401  404  404  404  404  404  404  404  404  200
POST   /enrollments/{enrollment_id=queued}/promotion                  401  404  404  404  404  404  404  404  404  200
POST   /enrollments/{enrollment_id=accepted}/transfer                 401  404  404  404  404  404  404  404  404  200
GET    /enrollments/{enrollment_id=accepted}/notes                    401  404  404  404  404  404  404  404  404  200
POST   /enrollments/{enrollment_id=accepted}/notes                    401  404  404  404  404  404  404  404  404  201
GET    /people                                                        401  200  200  200  200  200  200  200  200  200
GET    /people/figures                                                401  200  200  200  200  200  200  200  200  200
GET    /left-open                                                     401  200  200  200  200  200  200  200  200  200
GET    /left-open/{left_open_id=waiting}                              401  404  404  404  404  200  404  404  404  200
POST   /left-open/{left_open_id=waiting}/decision                     401  404  404  404  404  200  404  404  404  200
GET    /people/{account_id=own}/open-requests                         401  404  404  404  404  200  404  404  404  200
GET    /proposals                                                     401  200  200  200  200  200  200  200  200  200
POST   /proposals                                                     401  404  404  201  404  404  404  404  404  201
GET    /proposals/{proposal_id=open}                                  401  404  200  200  404  404  404  404  404  200
POST   /proposals/{proposal_id=open}/consent                          401  404  200  404  404  404  404  404  404  404
POST   /proposals/{proposal_id=open}/decline                          401  404  200  404  404  404  404  404  404  404
GET    /messages                                                      401  200  200  200  200  200  200  200  200  200
GET    /sessions/{session_id=past}/messages                           401  404  404  404  404  404  404  200  404  200
POST   /sessions/{session_id=past}/messages                           401  404  404  404  404  404  404  201  404  201
GET    /decisions                                                     401  200  200  200  200  200  200  200  200  200
GET    /decisions/export                                              401  200  200  200  200  200  200  200  200  200
GET    /sessions                                                      401  200  200  200  200  200  200  200  200  200
GET    /sessions/export                                               401  200  200  200  200  200  200  200  200  200
GET    /sessions/{session_id=past}/attendance                         401  404  404  404  404  404  404  200  404  200
PUT    /sessions/{session_id=past}/attendance/slots/{slot_id=past}    401  404  404  404  404  404  404  200  404  200
GET    /sessions/{session_id=past}/attendance/sheet.pdf               401  404  404  404  404  404  404  200  404  200
GET    /sessions/{session_id=past}/attendance/candidates              401  404  404  404  404  404  404  200  404  200
POST   /sessions/{session_id=past}/attendance/people                  401  404  404  404  404  404  404  200  404  200
POST   /sessions/{session_id=past}/attendance/closure                 401  404  404  404  404  404  404  200  404  200
POST   /sessions/{session_id=closed}/attendance/reopening             401  404  404  404  404  404  404  200  404  200
PUT    /sessions/{session_id=closed}/attendance/lines/{enrollment_id=attended} 401 404 404 404 404 404 404 200 404 200
GET    /enrollments/{enrollment_id=attended}/certificate              401  200  404  200  404  404  404  404  404  200
GET    /attendance                                                    401  200  200  200  200  200  200  200  200  200
GET    /attendance/export                                             401  200  200  200  200  200  200  200  200  200
GET    /rules                                                         401  200  200  200  200  200  200  200  200  200
PUT    /rules/{name=cap}                                              401  404  404  404  404  404  404  404  404  200
POST   /rules/{name=cap}/preview                                      401  404  404  404  404  404  404  404  404  200
GET    /deliveries                                                    401  404  404  404  404  404  404  404  404  200
POST   /deliveries/replay                                             401  404  404  404  404  404  404  404  404  200
GET    /deliveries/{number=parked}                                    401  404  404  404  404  404  404  404  404  200
POST   /deliveries/{number=parked}/replay                             401  404  404  404  404  404  404  404  404  200
POST   /deliveries/{number=parked}/drop                               401  404  404  404  404  404  404  404  404  204
"""

NOTIFIER: Final = """
                                                                      who  own  col  emp  em2  ref  re2  tra  tr2  sta
GET    /mails                                                         401  404  404  404  404  404  404  404  404  200
GET    /mails/figures                                                 401  404  404  404  404  404  404  404  404  200
GET    /mails/export                                                  401  404  404  404  404  404  404  404  404  200
GET    /mails/{mail_id=any}                                           401  404  404  404  404  404  404  404  404  200
POST   /mails/{mail_id=any}/resend                                    401  404  404  404  404  404  404  404  404  201
GET    /me/data                                                       401  200  200  200  200  200  200  200  200  200
GET    /subjects/{subject_id=any}/mails                               401  200  200  200  200  200  200  200  200  200
GET    /deliveries                                                    401  404  404  404  404  404  404  404  404  200
POST   /deliveries/replay                                             401  404  404  404  404  404  404  404  404  200
GET    /deliveries/{number=parked}                                    401  404  404  404  404  404  404  404  404  200
POST   /deliveries/{number=parked}/replay                             401  404  404  404  404  404  404  404  404  200
POST   /deliveries/{number=parked}/drop                               401  404  404  404  404  404  404  404  404  204
"""

MATRIX: Final = {"identity": IDENTITY, "catalogue": CATALOGUE, "enrollment": ENROLLMENT, "notifier": NOTIFIER}
