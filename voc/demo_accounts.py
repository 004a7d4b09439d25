"""Log-ins of the demo. Its password is public, which is why production refuses a demo database."""

from voc.models import User, Workspace

PASSWORD = "demo-minamo-demo"  # noqa: S105 - printed on purpose


def accounts() -> list[tuple[str, str, str]]:
    """(mail address, password, role) of everybody in the demo; empty elsewhere."""
    if not Workspace.objects.filter(is_demo=True).exists():
        return []
    rows = User.objects.filter(is_active=True).order_by("pk")
    return [(user.email, PASSWORD, str(user.get_role_display())) for user in rows]
