"""A JSON column that stores nothing a later reader could choke on."""

from typing import Any

from django.db import models

from voc.jsonguard import check


class GuardedJSONField(models.JSONField):
    """JSONField whose values pass `voc.jsonguard.check` on every write, also in bulk."""

    def get_prep_value(self, value: Any) -> Any:
        if not hasattr(value, "resolve_expression"):
            check(value)
        return super().get_prep_value(value)
