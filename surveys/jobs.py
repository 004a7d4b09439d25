"""Work that must happen after the fact: answers are worked, invitations are mailed."""

from surveys.services import attempts, exports, invitations, responses, retention
from surveys.services.campaigns import running, sending
from voc import jobs
from voc.jobs import Run


@jobs.handler(responses.PROCESS)
def process_response(run: Run, response_id: int) -> None:
    """Typed answers, score and comment of one response; a worked one is left alone."""
    responses.process(response_id=response_id, now=run.now)


@jobs.handler(invitations.INVITE_AFTER_TICKET)
def invite_after_ticket(run: Run, ticket_id: int) -> None:
    """Asks the requester of a resolved ticket how it went, once for each ticket."""
    invitations.invite_after_ticket(ticket_id=ticket_id, now=run.now)


@jobs.handler(invitations.SEND, outside=True)
def send_invitation(run: Run, invitation_id: int) -> None:
    """Mails one invitation; one that was sent, used or withdrawn is left alone."""
    invitations.send_invitation(invitation_id=invitation_id, now=run.now)


@jobs.handler(attempts.KEEP)
def keep_broken_off(run: Run) -> None:
    """Makes responses of attempts that nobody has come back to; those that are made are passed by."""
    attempts.keep_broken_off(now=run.now)


@jobs.handler(running.EXPAND)
def expand_campaign(run: Run, campaign_id: int) -> None:
    """Makes members of the next piece of an audience; those that are made are passed by."""
    running.expand(campaign_id=campaign_id, now=run.now)


@jobs.handler(sending.SEND, outside=True)
def send_campaign(run: Run, campaign_id: int) -> None:
    """Mails a chunk of what is due; each mail is committed before the next."""
    sending.send_due(campaign_id=campaign_id, claim=f"{run.job_id}.{run.attempt}", now=run.now)


@jobs.handler(exports.MAKE, outside=True)
def make_export(run: Run, export_id: int) -> None:
    """Writes a file of responses; a finished one is left alone."""
    exports.make(export_id=export_id, attempt=run.attempt, now=run.now)


@jobs.handler(exports.PURGE)
def purge_exports(run: Run) -> None:
    """Throws expired files away; those that are gone are passed by."""
    exports.purge(now=run.now)


@jobs.handler(retention.ERASE_OLD, outside=True)
def erase_old(run: Run) -> None:
    """Erases answers whose time is over, and promises the next night; erased ones are passed by."""
    # First, so that a night that fails does not end the row of nights.
    retention.promise(now=run.now)
    retention.erase_old(now=run.now)
