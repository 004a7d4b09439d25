"""What feedback tells the other apps, and webhooks."""

from voc.events import declare

SCORE_LOW = declare("feedback.score.low", "score_id")
RELEASE_SHIPPED = declare("feedback.release.shipped", "release_id")
COMMENT_ERASED = declare("feedback.comment.erased", "comment_id", "score_id")
