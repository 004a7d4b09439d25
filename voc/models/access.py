"""Who may come in: people with a role, programs with a key."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from voc.models.fields import GuardedJSONField


class Role(models.TextChoices):
    OWNER = "owner", _("オーナー")
    ADMIN = "admin", _("管理者")
    ANALYST = "analyst", _("分析担当")
    AGENT = "agent", _("対応担当")
    VIEWER = "viewer", _("閲覧のみ")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"role": Role.OWNER, "name": email, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    email = models.EmailField(_("メールアドレス"), max_length=254, unique=True)
    name = models.CharField(_("名前"), max_length=80)
    role = models.CharField(_("役割"), max_length=10, choices=Role, default=Role.VIEWER)
    language = models.CharField(_("表示言語"), max_length=5, default="ja")
    is_active = models.BooleanField(_("有効"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initial(self) -> str:
        return self.name[:1]

    @property
    def is_manager(self) -> bool:
        return self.role in {Role.OWNER, Role.ADMIN}


class ApiKey(models.Model):
    """A program's key: shown once, kept as a SHA-256 of 256 random bits."""

    name = models.CharField(_("名前"), max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = GuardedJSONField(default=list)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"], name="apikey_owner")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
