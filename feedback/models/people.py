"""The people whose voices these are."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voc.models import GuardedJSONField


class Account(models.Model):
    """A company whose people are customers."""

    external_id = models.CharField(max_length=100, null=True, unique=True)  # noqa: DJ001 - NULL is "none", outside the unique index
    name = models.CharField(_("会社名"), max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["name"], name="account_name")]

    def __str__(self) -> str:
        return self.name


def called(name: str, external_id: str | None, pk: int) -> str:
    """What a customer is called: by name, else by number."""
    return name or external_id or gettext("お客様 %(number)s") % {"number": pk}


class Customer(models.Model):
    """A person who bought, asked or answered."""

    external_id = models.CharField(_("お客様番号"), max_length=100, null=True, unique=True)  # noqa: DJ001 - as above
    name = models.CharField(_("お名前"), max_length=200, default="", blank=True)
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="customers"
    )
    segment = models.CharField(_("区分"), max_length=60, default="", blank=True)
    attributes = GuardedJSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["segment"], name="customer_segment")]

    def __str__(self) -> str:
        return called(self.name, self.external_id, self.pk)


class ContactPoint(models.Model):
    """A way to reach a customer. `value` is as given, `key` is what is compared."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("メール")
        PHONE = "phone", _("電話")
        LINE = "line", "LINE"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.CharField(max_length=254)
    key = models.CharField(max_length=254)
    bounced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="contact_once")]

    def __str__(self) -> str:
        return self.value


class Consent(models.Model):
    """What a customer allowed or refused, when, and under which text. The newest row counts."""

    class Purpose(models.TextChoices):
        TOLD_BACK = "told_back", _("改善のお知らせ")
        SURVEY = "survey", _("アンケートのお願い")
        QUOTE = "quote", _("声の公開")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose)
    granted = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=100)
    text = models.TextField(default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "purpose", "-at", "-id"], name="consent_newest")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {'○' if self.granted else '×'}"


class CustomerEvent(models.Model):
    """Something a customer did outside: an order, a cancellation."""

    class Kind(models.TextChoices):
        ORDER = "order", _("注文")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    source = models.CharField(max_length=40)
    source_ref = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()
    local_day = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    product = models.CharField(max_length=100, default="", blank=True)
    attributes = GuardedJSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_ref"], name="customer_event_once")
        ]
        indexes = [
            models.Index(fields=["customer", "-occurred_at"], name="customer_event_newest"),
            models.Index(fields=["kind", "local_day"], name="customer_event_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_ref}"


class Touchpoint(models.Model):
    """Where the voice was gathered: a stage of the customer's journey and a place in it."""

    class Stage(models.TextChoices):
        AWARENESS = "awareness", _("認知")
        CONSIDERATION = "consideration", _("検討")
        PURCHASE = "purchase", _("購買")
        USE = "use", _("使用")
        AFTER = "after", _("アフター")

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    stage = models.CharField(max_length=14, choices=Stage)

    def __str__(self) -> str:
        # The seven we ship have a name in every language; a renamed one is what it was named.
        return gettext(self.name) if self.name else self.key
