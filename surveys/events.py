"""What surveys tell the other apps, and webhooks."""

from voc.events import declare

RESPONSE_COMPLETED = declare("survey.response.completed", "response_id", "survey_id")
INVITATION_BOUNCED = declare("survey.invitation.bounced", "invitation_id", "survey_id")
