"""Bodies say only what is known: an unknown field is refused, not ignored."""

from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses unknown and read-only fields by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(name) for name in data if name not in writable)
            if unknown:
                raise serializers.ValidationError(
                    {name[:80]: ["unknown field"] for name in unknown[:20]}
                )
        return super().to_internal_value(data)


class WholeNumberField(serializers.IntegerField):
    """A JSON whole number: no text, no true, no 5.0, no 1e30."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)
