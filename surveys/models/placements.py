"""Where a site shows a survey inside its own pages, and when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.design import Survey
from voc.models import GuardedJSONField


class Placement(models.Model):
    """One rule of showing a survey in other sites; read by the snippet, changed without the site."""

    MOST_SECONDS = 600

    class Position(models.TextChoices):
        CORNER = "corner", _("右下の小さな窓")
        BOTTOM = "bottom", _("下からの帯")
        MODAL = "modal", _("中央の窓（ページをおおう）")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="placements")
    name = models.CharField(_("名前"), max_length=80)
    # Pages, triggers, attributes: surveys/services/placements.py says in what form.
    rules = GuardedJSONField(default=dict, blank=True)
    position = models.CharField(
        _("出す場所"), max_length=6, choices=Position, default=Position.CORNER
    )
    # Between the trigger and the window.
    delay_seconds = models.PositiveSmallIntegerField(_("きっかけのあと待つ秒数"), default=0)
    share_percent = models.PositiveSmallIntegerField(_("出す割合（%）"), default=100)
    enabled = models.BooleanField(_("表示する"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "name"], name="placement_once"),
            models.CheckConstraint(
                condition=models.Q(share_percent__lte=100), name="placement_share_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(delay_seconds__lte=600), name="placement_delay_short"
            ),
        ]

    def __str__(self) -> str:
        return self.name
