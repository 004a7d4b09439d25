"""Work that must happen after the fact: sending replies, opening recovery tickets."""

from feedback.models import Score
from support.services import mail, recovery
from voc import jobs
from voc.jobs import Run
from voc.models import Job

OPEN_RECOVERY = "support.open_recovery"
FORGET_WORDS = "support.forget_words"


@jobs.handler(mail.SEND, outside=True)
def send_reply(run: Run, message_id: int) -> None:
    """Mails one reply; a reply that was sent is left alone."""
    mail.deliver(message_id, last_try=run.attempt >= jobs.MAX_FAILURES)


@jobs.handler(OPEN_RECOVERY)
def open_recovery(run: Run, score_id: int) -> None:
    """Opens the case of a low score. Its clock starts when the score came in, not when we run."""
    score = Score.objects.select_related("customer", "comment").filter(pk=score_id).first()
    promised = Job.objects.values_list("created_at", flat=True).get(pk=run.job_id)
    if score is not None:
        recovery.open_recovery(score=score, now=promised)


@jobs.handler(FORGET_WORDS)
def forget_words(run: Run, comment_id: int, score_id: int | None) -> None:
    """Takes erased words out of the ticket that quotes them; running it again changes nothing."""
    if score_id is not None:
        recovery.forget_words(score_id)
