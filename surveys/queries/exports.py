"""Exports as somebody of the staff may see them."""

from django.db.models import QuerySet

from surveys.models import Export
from voc.access import ANALYSTS, MANAGERS
from voc.models import User


def exports_for(user: User) -> QuerySet[Export]:
    """One's own; managers see everybody's. Files with customers' numbers are theirs alone."""
    if user.role in MANAGERS:
        return Export.objects.all()
    if user.role in ANALYSTS:
        return Export.objects.filter(made_by=user, with_people=False)
    return Export.objects.none()
