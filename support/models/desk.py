"""Where questions arrive, and who answers there."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models import Touchpoint


class Inbox(models.Model):
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("受信箱"), max_length=80)
    touchpoint = models.ForeignKey(Touchpoint, null=True, on_delete=models.SET_NULL)
    # Shown on the help form before the first input.
    purpose = models.CharField(max_length=300)
    reply_promise = models.CharField(max_length=200, default="", blank=True)
    first_reply_minutes = models.PositiveIntegerField(default=480)
    # Low scores open their recovery tickets here.
    receives_recovery = models.BooleanField(default=False)
    is_public = models.BooleanField(default=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="InboxMembership", related_name="inboxes"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_reply_minutes__gte=1), name="inbox_target_positive"
            )
        ]

    def __str__(self) -> str:
        return self.name


class InboxMembership(models.Model):
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inbox", "user"], name="inbox_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.inbox_id}"
